#include "json/schema.h"

#include <algorithm>

namespace isthmus::detail {

void decode_string(JsonValue value, std::string& out, Problems& problems) {
  if (const auto text = value.string())
    out = *text;
  else
    problems.add("must be a text");
}

void decode_bool(JsonValue value, bool& out, Problems& problems) {
  if (const auto truth = value.boolean())
    out = *truth;
  else
    problems.add("must be true or false");
}

void decode_double(JsonValue value, double& out, Problems& problems) {
  if (const auto number = value.number())
    out = *number;
  else
    problems.add("must be a number");
}

void decode_timestamp(JsonValue value, Timestamp& out, Problems& problems) {
  const auto text = value.string();
  if (const auto moment = text ? from_rfc3339(*text) : std::nullopt)
    out = *moment;
  else
    problems.add("must be a date and time such as 2026-11-20T09:30:00Z");
}

std::int64_t decode_integer(JsonValue value, std::int64_t least, std::int64_t most, Problems& problems) {
  const auto kind = value.kind();
  if (kind != JsonValue::Kind::integer && kind != JsonValue::Kind::big_integer) {
    problems.add("must be a whole number");
    return 0;
  }
  const auto number = value.integer();
  if (number && *number >= least && *number <= most) return *number;
  problems.add("is too large or too small");
  return 0;
}

void expected_one_of(std::span<const std::string_view> names, Problems& problems) {
  std::string message = "must be one of ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) message += ", ";
    message += names[i];
  }
  problems.add(std::move(message));
}

void decode_object(JsonValue value, void* owner, std::span<const FieldInfo> fields, bool is_open, Problems& problems) {
  if (!value.is_object()) return problems.add("must be an object");
  std::uint64_t seen = 0;
  value.for_each_member([&](std::string_view name, JsonValue member) {
    const auto found = std::ranges::find(fields, name, &FieldInfo::name);
    if (found == fields.end()) {
      if (!is_open) problems.within(name, [&] { problems.add("is not a known field"); });
      return;
    }
    const std::uint64_t mark = std::uint64_t{1} << (found - fields.begin());
    problems.within(name, [&] {
      // Two readers of one document could see two different values: request smuggling in small.
      if (seen & mark) return problems.add("is given twice");
      found->decode(member, owner, problems);
    });
    seen |= mark;
  });
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].required && !(seen & (std::uint64_t{1} << i)))
      problems.within(fields[i].name, [&] { problems.add("is required"); });
}

void encode_object(JsonWriter& json, const void* owner, std::span<const FieldInfo> fields) {
  json.begin_object();
  for (const FieldInfo& field : fields) {
    json.key(field.name);
    field.encode(json, owner);
  }
  json.end_object();
}

void write_object_schema(SchemaWriter& writer, std::span<const FieldInfo> fields, bool is_open) {
  writer.type("object");
  JsonWriter& json = writer.json();
  json.key("properties").begin_object();
  for (const FieldInfo& field : fields) {
    json.key(field.name);
    field.describe(writer);
  }
  json.end_object();
  json.key("required").begin_array();
  for (const FieldInfo& field : fields)
    if (field.required || writer.is_for_answers()) json.value(field.name);
  json.end_array();
  if (!is_open) json.member("additionalProperties", false);
}

}  // namespace isthmus::detail
