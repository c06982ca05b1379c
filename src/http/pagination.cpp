#include "http/pagination.h"

#include "base/encoding.h"
#include "base/strings.h"

namespace isthmus {

std::string encode_cursor(const Cursor& cursor) {
  JsonWriter json;
  json.begin_array().value(cursor.value).value(cursor.id).end_array();
  return base64url_encode(json.text());
}

Error invalid_cursor() { return bad_request("This cursor is not one of ours.", "invalid_cursor"); }

Result<std::optional<Cursor>> decode_cursor(const std::optional<std::string>& text) {
  if (!text) return std::optional<Cursor>();
  const auto json = base64url_decode(*text);
  if (!json) return Failure(invalid_cursor());
  const auto value = parse_json(*json);
  if (!value || value->kind() != JsonValue::Kind::array) return Failure(invalid_cursor());
  std::vector<std::string> parts;
  value->for_each_element([&](JsonValue part) { parts.emplace_back(part.string().value_or("")); });
  if (parts.size() != 2 || parts[1].empty()) return Failure(invalid_cursor());
  return Cursor{std::move(parts[0]), std::move(parts[1])};
}

Place above_all() { return {std::int64_t{1} << 53, "~"}; }

Result<std::optional<Place>> decode_place(const std::optional<std::string>& text, std::string_view order) {
  auto cursor = decode_cursor(text);
  if (!cursor) return Failure(std::move(cursor).error());
  if (!*cursor) return std::optional<Place>();
  auto& [value, id] = **cursor;
  const auto colon = value.find(':');
  if (colon == std::string::npos || std::string_view(value).substr(0, colon) != order) return Failure(invalid_cursor());
  const auto number = to_integer(std::string_view(value).substr(colon + 1));
  if (!number) return Failure(invalid_cursor());
  return Place{*number, std::move(id)};
}

}  // namespace isthmus
