#include "json/schema.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/strings.h"

namespace isthmus::detail {

void decode_string(JsonValue value, std::string& out, Problems& problems) {
  if (const auto text = value.string())
    out = *text;
  else
    problems.add("must be a text");
}

void decode_string_text(std::string_view text, std::string& out, Problems& problems) {
  if (is_valid_utf8(text))
    out = text;
  else
    problems.add("must be UTF-8");
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
  decode_timestamp_text(value.string().value_or(""), out, problems);
}

void decode_timestamp_text(std::string_view text, Timestamp& out, Problems& problems) {
  if (const auto moment = from_rfc3339(text))
    out = *moment;
  else
    problems.add("must be a date and time such as 2026-11-20T09:30:00Z");
}

std::int64_t decode_integer_text(std::string_view text, std::int64_t least, std::int64_t most, Problems& problems) {
  const auto number = to_integer(text);
  if (!number) problems.add("must be a whole number");
  if (number && (*number < least || *number > most)) problems.add("is too large or too small");
  return number.value_or(0);
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

namespace {

/// Which of an object's fields have been met.
class FieldMarks {
 public:
  FieldMarks(std::span<const FieldInfo> fields, bool is_open, Problems& problems)
      : fields_(fields), is_open_(is_open), problems_(problems) {}

  /// Finds the field of that name and decodes it, once.
  void meet(std::string_view name, auto decode) {
    const auto found = std::ranges::find(fields_, name, &FieldInfo::name);
    if (found == fields_.end()) {
      if (!is_open_) problems_.within(name, [&] { problems_.add("is not a known field"); });
      return;
    }
    const std::uint64_t mark = std::uint64_t{1} << (found - fields_.begin());
    problems_.within(name, [&] {
      // Two readers of one document could see two different values: request smuggling in small.
      if (seen_ & mark) return problems_.add("is given twice");
      decode(*found);
    });
    seen_ |= mark;
  }
  void finish() {
    for (std::size_t i = 0; i < fields_.size(); ++i)
      if (fields_[i].required && !(seen_ & (std::uint64_t{1} << i)))
        problems_.within(fields_[i].name, [&] { problems_.add("is required"); });
  }

 private:
  std::span<const FieldInfo> fields_;
  bool is_open_;
  Problems& problems_;
  std::uint64_t seen_ = 0;
};

}  // namespace

void decode_object(JsonValue value, void* owner, std::span<const FieldInfo> fields, bool is_open, Problems& problems) {
  if (!value.is_object()) return problems.add("must be an object");
  FieldMarks marks(fields, is_open, problems);
  value.for_each_member([&](std::string_view name, JsonValue member) {
    marks.meet(name, [&](const FieldInfo& field) { field.decode(member, owner, problems); });
  });
  marks.finish();
}

void decode_texts(std::span<const std::pair<std::string, std::string>> texts, void* owner,
                  std::span<const FieldInfo> fields, Problems& problems) {
  FieldMarks marks(fields, false, problems);
  for (const auto& [name, text] : texts) {
    // The name would be told back, in JSON.
    if (is_valid_utf8(name))
      // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): every field of a table has its decoders
      marks.meet(name, [&](const FieldInfo& field) { field.decode_text(text, owner, problems); });
    else
      problems.add("has a field whose name is not UTF-8");
  }
  marks.finish();
}

void encode_object(JsonWriter& json, const void* owner, std::span<const FieldInfo> fields) {
  json.begin_object();
  for (const FieldInfo& field : fields) {
    if (field.is_absent && field.is_absent(owner)) continue;
    json.key(field.name);
    field.encode(json, owner);
  }
  json.end_object();
}

void describe_object(SchemaWriter& writer, std::span<const FieldInfo> fields, bool is_open) {
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
    if (field.required || (writer.is_for_answers() && !field.is_absent)) json.value(field.name);
  json.end_array();
  if (!is_open) json.member("additionalProperties", false);
}

}  // namespace isthmus::detail
