#include "json/rules.h"

#include <algorithm>

#include "base/id.h"
#include "base/strings.h"

namespace isthmus {

namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// One part of a host name: letters, digits and inner hyphens, at most 63.
bool is_host_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_host_name(std::string_view host) {
  while (true) {
    const auto dot = host.find('.');
    if (!is_host_label(host.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    host.remove_prefix(dot + 1);
  }
}

std::string count_text(std::size_t least, std::size_t most, std::string_view unit) {
  if (least == 0) return "must have at most " + std::to_string(most) + ' ' + std::string(unit);
  return "must have " + std::to_string(least) + " to " + std::to_string(most) + ' ' + std::string(unit);
}

}  // namespace

void Trimmed::check(std::string& value, Problems&) const { value = std::string(trim(value)); }

void Length::check(const std::string& value, Problems& problems) const {
  const std::size_t count = count_code_points(value);
  if (count < least || count > most) problems.add(count_text(least, most, "characters"));
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
  };
  if (std::ranges::any_of(value, is_control)) problems.add("must not contain control characters");
}

void Length::describe(SchemaWriter& writer) const {
  writer.keyword("minLength", least);
  writer.keyword("maxLength", most);
}

void Range::check(std::int64_t value, Problems& problems) const {
  if (value < least || value > most)
    problems.add("must be between " + std::to_string(least) + " and " + std::to_string(most));
}

void Range::describe(SchemaWriter& writer) const {
  writer.keyword("minimum", least);
  writer.keyword("maximum", most);
}

void Items::check_count(std::size_t count, Problems& problems) const {
  if (count < least || count > most) problems.add(count_text(least, most, "elements"));
}

void Items::describe(SchemaWriter& writer) const {
  writer.keyword("minItems", least);
  writer.keyword("maxItems", most);
}

void EmailAddress::check(std::string& value, Problems& problems) const {
  constexpr std::string_view local_marks = ".!#$%&'*+/=?^_`{|}~-";
  value = std::string(trim(value));
  const auto at = value.find('@');
  const std::string_view whole = value;
  const bool valid = value.size() <= 254 && at != std::string::npos && at >= 1 && at <= 64 &&
                     std::ranges::all_of(whole.substr(0, at),
                                         [&](char c) { return is_letter_or_digit(c) || local_marks.contains(c); }) &&
                     is_host_name(whole.substr(at + 1));
  if (!valid) problems.add("must be an e-mail address");
}

void Slug::check(const std::string& value, Problems& problems) const {
  const bool valid =
      value.size() >= 3 && value.size() <= 30 && value.front() != '-' && value.back() != '-' && !value.contains("--") &&
      std::ranges::all_of(value, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  if (!valid) problems.add("must have 3 to 30 lower-case letters, digits or single hyphens");
}

void Uuid::check(const std::string& value, Problems& problems) const {
  if (!is_uuid(value)) problems.add("must be an id");
}

void WebAddress::check(const std::string& value, Problems& problems) const {
  std::string_view rest = value;
  const bool has_scheme = rest.starts_with("https://") || rest.starts_with("http://");
  if (has_scheme) rest.remove_prefix(rest.find("://") + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::string_view host = authority.substr(0, authority.find(':'));
  const std::string_view port = authority.substr(std::min(host.size(), authority.size()));
  const bool valid_port =
      port.empty() || (port.size() >= 2 && port.size() <= 6 &&
                       std::ranges::all_of(port.substr(1), [](char c) { return c >= '0' && c <= '9'; }));
  const bool plain = std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7f && c != '\\' && c != '"'; });
  if (!has_scheme || value.size() > 2048 || !plain || !valid_port || !is_host_name(host))
    problems.add("must be an http or https address");
}

}  // namespace isthmus
