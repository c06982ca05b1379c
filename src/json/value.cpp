#include "json/value.h"

#include <bit>
#include <memory>
#include <simdjson.h>

namespace isthmus {

namespace dom = simdjson::dom;

/// Turns the opaque value into simdjson's element and back.
struct JsonAccess {
  static_assert(sizeof(dom::element) == sizeof(JsonValue) && std::is_trivially_copyable_v<dom::element>);

  static dom::element element(const JsonValue& value) { return std::bit_cast<dom::element>(value.element_); }
  static JsonValue value(dom::element element) {
    JsonValue wrapped;
    wrapped.element_ = std::bit_cast<decltype(wrapped.element_)>(element);
    return wrapped;
  }
};

namespace {

/// A parser keeps its buffers between documents. After a large one they are let go, so that a single upload does not
/// hold memory for the life of the instance.
constexpr std::size_t kept_capacity = 64 * 1024;

std::unique_ptr<dom::parser>& the_parser() {
  static std::unique_ptr<dom::parser> parser;
  return parser;
}

dom::element element_of(const JsonValue& value) { return JsonAccess::element(value); }

template <class T>
std::optional<T> get(const JsonValue& value) {
  T out;
  if (element_of(value).get(out) != simdjson::SUCCESS) return std::nullopt;
  return out;
}

}  // namespace

Result<JsonValue> parse_json(std::string_view text) {
  auto& parser = the_parser();
  if (!parser || parser->capacity() > kept_capacity) {
    parser = std::make_unique<dom::parser>();
  }
  if (parser->capacity() < text.size() || parser->capacity() == 0) {
    const std::size_t capacity = text.size() < 4096 ? 4096 : text.size();
    if (parser->allocate(capacity, max_json_depth) != simdjson::SUCCESS)
      return Failure(unavailable("no memory for a JSON document"));
  }
  dom::element root;
  const simdjson::error_code error = parser->parse(text.data(), text.size(), true).get(root);
  switch (error) {
    case simdjson::SUCCESS: return JsonAccess::value(root);
    case simdjson::DEPTH_ERROR: return Failure(bad_request("The JSON is nested too deeply.", "invalid_json"));
    case simdjson::UTF8_ERROR: return Failure(bad_request("The JSON is not valid UTF-8.", "invalid_json"));
    case simdjson::EMPTY: return Failure(bad_request("The body is empty; JSON was expected.", "invalid_json"));
    default: return Failure(bad_request("The body is not valid JSON.", "invalid_json"));
  }
}

JsonValue::Kind JsonValue::kind() const {
  switch (element_of(*this).type()) {
    case dom::element_type::ARRAY: return Kind::array;
    case dom::element_type::OBJECT: return Kind::object;
    case dom::element_type::INT64: return Kind::integer;
    case dom::element_type::UINT64: return Kind::big_integer;
    case dom::element_type::DOUBLE: return Kind::number;
    case dom::element_type::STRING: return Kind::string;
    case dom::element_type::BOOL: return Kind::boolean;
    case dom::element_type::NULL_VALUE: break;
  }
  return Kind::null;
}

std::optional<bool> JsonValue::boolean() const { return get<bool>(*this); }
std::optional<std::int64_t> JsonValue::integer() const { return get<std::int64_t>(*this); }
std::optional<double> JsonValue::number() const { return get<double>(*this); }
std::optional<std::string_view> JsonValue::string() const { return get<std::string_view>(*this); }

std::optional<JsonValue> JsonValue::member(std::string_view name) const {
  dom::object object;
  if (element_of(*this).get(object) != simdjson::SUCCESS) return std::nullopt;
  dom::element found;
  if (object.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
  return JsonAccess::value(found);
}

std::optional<JsonValue> JsonValue::at(std::initializer_list<std::string_view> names) const {
  JsonValue here = *this;
  for (const std::string_view name : names) {
    const auto next = here.member(name);
    if (!next) return std::nullopt;
    here = *next;
  }
  return here;
}

std::optional<std::string_view> JsonValue::string_at(std::initializer_list<std::string_view> names) const {
  const auto value = at(names);
  return value ? value->string() : std::nullopt;
}

std::optional<std::int64_t> JsonValue::integer_at(std::initializer_list<std::string_view> names) const {
  const auto value = at(names);
  return value ? value->integer() : std::nullopt;
}

bool JsonValue::is_true_at(std::initializer_list<std::string_view> names) const {
  const auto value = at(names);
  return value && value->boolean().value_or(false);
}

std::string JsonValue::text() const { return simdjson::minify(element_of(*this)); }

void JsonValue::visit_members(void* context, void (*visit)(void*, std::string_view, JsonValue)) const {
  dom::object object;
  if (element_of(*this).get(object) != simdjson::SUCCESS) return;
  for (const dom::key_value_pair member : object) visit(context, member.key, JsonAccess::value(member.value));
}

void JsonValue::visit_elements(void* context, void (*visit)(void*, JsonValue)) const {
  dom::array array;
  if (element_of(*this).get(array) != simdjson::SUCCESS) return;
  for (const dom::element element : array) visit(context, JsonAccess::value(element));
}

}  // namespace isthmus
