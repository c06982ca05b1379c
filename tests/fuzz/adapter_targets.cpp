#include <string>
#include <string_view>

#include "adapters/templates/mustache.h"
#include "adapters/video/flat_xml.h"
#include "fuzz/target.h"

namespace isthmus::fuzz {

/// What people write stands in mails, as the value of a template's name.
void fill_template(std::string_view text) {
  const TemplateValues values{{"name", std::string(text)}, {"other", "x"}};
  const auto page = render_template("<p>{{name}}</p>{{other}}", values, Escape::html);
  holds(page && page->starts_with("<p>") && page->ends_with("</p>x"), "a template stays as it is");
  const std::string_view inside = std::string_view(*page).substr(3, page->size() - 8);
  holds(inside.find_first_of("<>\"'") == std::string_view::npos, "a value brings no tags");
  const auto plain = render_template("{{name}}", values, Escape::none);
  holds(plain && *plain == text, "a value is not a template");
}

/// What a video server answers: whole, and as the text of an element.
void read_xml(std::string_view text) {
  std::string escaped;
  bool is_plain = true;
  for (const char c : text) {
    is_plain = is_plain && c != '\0';
    if (c == '<')
      escaped += "&lt;";
    else if (c == '&')
      escaped += "&amp;";
    else
      escaped += c;
  }
  const std::string document = "<response><a>" + escaped + "</a><b>found</b></response>";
  holds(child_text(document, "b") == "found", "a text does not become markup");
  if (is_plain) holds(child_text(document, "a") == text, "a text comes back");
  const std::string nested = "<response><metadata><returncode>" + escaped + "</returncode></metadata></response>";
  holds(!child_text(nested, "returncode"), "what is deeper does not pose as an answer");
  for (const char* name : {"returncode", "a", ""})
    if (const auto found = child_text(text, name)) holds(found->size() <= text.size(), "a text is no longer than all");
}

}  // namespace isthmus::fuzz
