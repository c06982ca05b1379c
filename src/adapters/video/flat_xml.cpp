#include "adapters/video/flat_xml.h"

#include <array>
#include <utility>

#include "base/strings.h"

namespace isthmus {

namespace {

constexpr std::size_t deepest = 16;

/// Decodes the entities of a text; nothing where there is one that is not known.
std::optional<std::string> decode(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 5> named{
      {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};
  std::string out;
  while (true) {
    const auto at = text.find('&');
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
    const auto end = text.find(';');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view entity = text.substr(0, end);
    text.remove_prefix(end + 1);
    char c = '\0';
    for (const auto& [entity_name, meaning] : named)
      if (entity == entity_name) c = meaning;
    if (entity.starts_with('#')) {
      const auto code = to_integer(entity.substr(1));
      if (code && *code >= 0x20 && *code < 0x7f) c = static_cast<char>(*code);
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
}

/// The name in "name", "name attribute='…'", "name/".
std::string_view name_of_tag(std::string_view tag) { return tag.substr(0, tag.find_first_of(" \t\r\n/")); }

}  // namespace

std::optional<std::string> child_text(std::string_view xml, std::string_view name) {
  std::array<std::string_view, deepest> open;
  std::size_t depth = 0;
  std::optional<std::string> found;
  if (xml.starts_with("\xef\xbb\xbf")) xml.remove_prefix(3);
  while (true) {
    const auto start = xml.find('<');
    if (start == std::string_view::npos) break;
    const std::string_view text = xml.substr(0, start);
    xml.remove_prefix(start + 1);
    if (xml.starts_with("![CDATA[")) {
      const auto end = xml.find("]]>");
      if (end == std::string_view::npos || depth < 2) return std::nullopt;
      if (depth == 2 && open[1] == name && !found) found = std::string(xml.substr(8, end - 8));
      xml.remove_prefix(end + 3);
      continue;
    }
    const auto end = xml.find('>');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view tag = xml.substr(0, end);
    xml.remove_prefix(end + 1);
    if (tag.starts_with('?') && depth == 0) continue;
    if (tag.starts_with('!') || tag.starts_with('?')) return std::nullopt;
    if (tag.starts_with('/')) {
      if (depth == 0 || open[depth - 1] != name_of_tag(tag.substr(1))) return std::nullopt;
      if (depth == 2 && open[1] == name && !found) {
        found = decode(text);
        if (!found) return std::nullopt;
      }
      --depth;
      continue;
    }
    if (tag.ends_with('/')) {
      if (depth == 1 && name_of_tag(tag) == name && !found) found = std::string();
      continue;
    }
    if (depth == deepest || name_of_tag(tag).empty()) return std::nullopt;
    open[depth++] = name_of_tag(tag);
  }
  // A document that ends in the middle is none.
  return depth == 0 ? found : std::nullopt;
}

}  // namespace isthmus
