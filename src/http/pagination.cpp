#include "http/pagination.h"

#include "base/encoding.h"

namespace isthmus {

std::string encode_cursor(const Cursor& cursor) {
  JsonWriter json;
  json.begin_array().value(cursor.value).value(cursor.id).end_array();
  return base64url_encode(json.text());
}

Result<std::optional<Cursor>> decode_cursor(const std::optional<std::string>& text) {
  if (!text) return std::optional<Cursor>();
  const auto invalid = [] { return Failure(bad_request("This cursor is not one of ours.", "invalid_cursor")); };
  const auto json = base64url_decode(*text);
  if (!json) return invalid();
  const auto value = parse_json(*json);
  if (!value || value->kind() != JsonValue::Kind::array) return invalid();
  std::vector<std::string> parts;
  value->for_each_element([&](JsonValue part) { parts.emplace_back(part.string().value_or("")); });
  if (parts.size() != 2 || parts[1].empty()) return invalid();
  return Cursor{std::move(parts[0]), std::move(parts[1])};
}

}  // namespace isthmus
