#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace isthmus {

/// The values of a template by their names.
using TemplateValues = std::vector<std::pair<std::string, std::string>>;

enum class Escape {
  html,  ///< `{{name}}` is escaped for HTML, `{{{name}}}` is not
  none,  ///< for plain text
};

/// Renders a Mustache template (https://mustache.github.io/mustache.5.html): values, and sections of a value that is
/// there. Fails with 500 for a template that is none. The library stays behind this function: it is heavy to compile.
Result<std::string> render_template(std::string_view text, const TemplateValues& values, Escape escape);

}  // namespace isthmus
