#include "adapters/templates/mustache.h"

#include <kainjow/mustache.hpp>

namespace isthmus {

Result<std::string> render_template(std::string_view text, const TemplateValues& values, Escape escape) {
  kainjow::mustache::mustache compiled{std::string(text)};
  if (!compiled.is_valid()) return Failure(internal_error("a template is broken: " + compiled.error_message()));
  if (escape == Escape::none) compiled.set_custom_escape([](const std::string& value) { return value; });
  kainjow::mustache::data data;
  for (const auto& [name, value] : values) data.set(name, value);
  return compiled.render(data);
}

}  // namespace isthmus
