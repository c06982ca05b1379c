#include "json/rules.h"

#include <algorithm>

#include "base/id.h"
#include "base/strings.h"
#include "base/web_address.h"

namespace isthmus {

namespace {

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
  const bool plain = std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7f && c != '\\' && c != '"'; });
  if (value.size() > 2048 || !plain || !origin_of(value)) problems.add("must be an http or https address");
}

}  // namespace isthmus
