#include "http/stored_object.h"

#include <algorithm>

#include "base/strings.h"

namespace isthmus {

namespace {

/// Positions beyond this are no sizes of objects; and they stay exact as JavaScript's numbers.
constexpr std::int64_t largest_position = std::int64_t{1} << 53;

std::optional<std::uint64_t> position(std::string_view digits) {
  const auto number = digits.starts_with('-') ? std::nullopt : to_integer(digits);
  if (!number || *number >= largest_position) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

/// Takes `W/"…"` or `"…"` from the front.
bool take_entity_tag(std::string_view& text) {
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (!text.starts_with('"')) return false;
  const auto end = text.find('"', 1);
  if (end == std::string_view::npos) return false;
  const std::string_view inside = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return std::ranges::all_of(inside, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string content_range(const StoredObject& object) {
  return "bytes " + std::to_string(object.offset) + '-' + std::to_string(object.offset + object.length - 1) + '/' +
         std::to_string(object.size);
}

}  // namespace

ByteRange parse_range(std::string_view header) {
  constexpr std::string_view unit = "bytes=";
  if (!header.starts_with(unit) || header.contains(',')) return {};
  header.remove_prefix(unit.size());
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return {};
  const auto first = position(header.substr(0, dash));
  const auto last = position(header.substr(dash + 1));
  if (dash == 0) {
    if (!last || *last == 0) return {};
    return {ByteRange::Kind::last, 0, *last};
  }
  if (!first) return {};
  if (dash + 1 == header.size()) return {ByteRange::Kind::from, *first, 0};
  if (!last || *last < *first) return {};
  return {ByteRange::Kind::from_to, *first, *last - *first + 1};
}

std::string_view parse_if_none_match(std::string_view header) {
  if (trim(header) == "*") return "*";
  for (std::string_view rest = trim(header); take_entity_tag(rest);) {
    rest = trim(rest);
    if (rest.empty()) return header;
    if (!rest.starts_with(',')) return {};
    rest = trim(rest.substr(1));
  }
  return {};
}

Task<Result<Response>> serve_object(Request& request, std::string key, std::string cache_control) {
  // Whether If-Range still holds is known only when the object is open; a range need not be honoured.
  const bool conditional_range = request.header("if-range").has_value();
  ReadConditions conditions{parse_range(conditional_range ? "" : request.header("range").value_or("")),
                            std::string(parse_if_none_match(request.header("if-none-match").value_or(""))),
                            request.header("if-modified-since").value_or("")};
  const bool part = conditions.range.kind != ByteRange::Kind::whole;
  auto found = co_await request.host().bucket.open(std::move(key), std::move(conditions));
  const StoredObject object = co_await required(std::move(found), not_found("file"));
  Response response;
  response.status = object.stream == 0 ? 304 : part ? 206 : 200;
  response.stream = object.stream;
  response.headers = {{"etag", object.etag}, {"cache-control", std::move(cache_control)}, {"accept-ranges", "bytes"}};
  if (response.status != 304) response.headers.push_back({"content-type", object.content_type});
  if (response.status == 206) response.headers.push_back({"content-range", content_range(object)});
  co_return response;
}

}  // namespace isthmus
