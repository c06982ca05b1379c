#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/time.h"
#include "json/problems.h"
#include "json/rules.h"
#include "json/schema_writer.h"
#include "json/value.h"
#include "json/writer.h"

/// One declaration a type: it decodes, validates (all problems at once), encodes, and writes the OpenAPI schema.
///
///   struct Signup { std::string name, email; std::optional<std::string> bio; };
///   constexpr auto schema(Signup*) {
///     return object("Signup", field("name", &Signup::name, length(2, 100)),
///                   field("email", &Signup::email, email_address), field("bio", &Signup::bio, length(0, 2000)));
///   }
///
/// What a client may send, as the documentation shows it, is JSON text beside it: `example_of(Signup*)`.
///
/// A field is required unless its type is `std::optional` or it is declared with `or_default`. Unknown fields are
/// refused unless the object is declared `.open()`, which is for what other services send us.
namespace isthmus {

/// JSON text that passes through as it is; in a schema it may be anything.
struct RawJson {
  std::string text;
};

/// A list whose elements are JSON text already, often built by SQLite itself: `[…]` as one text.
template <class T>
struct RawList {
  std::string text = "[]";
};

template <class Owner, class Member, class... Rules>
struct Field {
  std::string_view name;
  Member Owner::* member;
  std::tuple<Rules...> rules;
};

template <class Owner, class Member, class... Rules>
constexpr auto field(std::string_view name, Member Owner::* member, Rules... rules) {
  return Field<Owner, Member, Rules...>{name, member, {rules...}};
}

template <class... Fields>
struct ObjectSchema {
  std::string_view name;
  std::tuple<Fields...> fields;
  bool is_open = false;

  constexpr ObjectSchema open() const { return {name, fields, true}; }
};

template <class... Fields>
constexpr auto object(std::string_view name, Fields... fields) {
  return ObjectSchema<Fields...>{name, {fields...}};
}

template <class Enum>
struct EnumName {
  std::string_view name;
  Enum value;
};

template <class Enum, std::size_t Count>
struct EnumSchema {
  std::array<EnumName<Enum>, Count> names;
};

/// The texts of an enum: `one_of(EnumName{"student", Role::student}, …)`.
template <class Enum, class... More>
constexpr auto one_of(EnumName<Enum> first, More... more) {
  return EnumSchema<Enum, 1 + sizeof...(More)>{{first, more...}};
}

template <class T>
concept HasSchema = requires { schema(static_cast<T*>(nullptr)); };

template <HasSchema T>
inline constexpr auto schema_of = schema(static_cast<T*>(nullptr));

template <class T>
concept HasEnumSchema = HasSchema<T> && std::is_enum_v<T>;
template <class T>
concept HasObjectSchema = HasSchema<T> && std::is_class_v<T>;

/// The text of an enum's value.
template <HasEnumSchema Enum>
constexpr std::string_view name_of(Enum value) {
  for (const auto& [name, candidate] : schema_of<Enum>.names)
    if (candidate == value) return name;
  return {};
}

/// The enum's value of that text.
template <HasEnumSchema Enum>
constexpr std::optional<Enum> value_named(std::string_view text) {
  for (const auto& [name, value] : schema_of<Enum>.names)
    if (name == text) return value;
  return std::nullopt;
}

/// How a C++ type is read, written and described. Specialised below for what JSON has.
template <class T>
struct Codec;

namespace detail {

void decode_string(JsonValue value, std::string& out, Problems& problems);
void decode_string_text(std::string_view text, std::string& out, Problems& problems);
void decode_bool(JsonValue value, bool& out, Problems& problems);
void decode_double(JsonValue value, double& out, Problems& problems);
void decode_timestamp(JsonValue value, Timestamp& out, Problems& problems);
void decode_timestamp_text(std::string_view text, Timestamp& out, Problems& problems);
/// Reads a whole number between the bounds of the member's type.
std::int64_t decode_integer(JsonValue value, std::int64_t least, std::int64_t most, Problems& problems);
std::int64_t decode_integer_text(std::string_view text, std::int64_t least, std::int64_t most, Problems& problems);
void expected_one_of(std::span<const std::string_view> names, Problems& problems);

/// A field with its types erased, so that one decoder serves all objects.
struct FieldInfo {
  std::string_view name;
  bool required;
  /// Tells whether an answer leaves the field out of this object; null where it never does.
  bool (*is_absent)(const void* owner);
  void (*decode)(JsonValue, void* owner, Problems&);
  /// Reads the field from the text of a query string; types that a query can not hold refuse it.
  void (*decode_text)(std::string_view, void* owner, Problems&);
  void (*encode)(JsonWriter&, const void* owner);
  void (*describe)(SchemaWriter&);
};

/// Reads name and value pairs, as a query string has them.
void decode_texts(std::span<const std::pair<std::string, std::string>> texts, void* owner,
                  std::span<const FieldInfo> fields, Problems& problems);
void decode_object(JsonValue value, void* owner, std::span<const FieldInfo> fields, bool is_open, Problems& problems);
void encode_object(JsonWriter& json, const void* owner, std::span<const FieldInfo> fields);

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class Rule, class... Rules>
constexpr bool has_rule(const std::tuple<Rules...>&) {
  return (std::same_as<Rule, Rules> || ...);
}

template <class T>
void apply_rules(T& value, const auto& rules, Problems& problems) {
  if constexpr (is_optional<T>) {
    if (value) apply_rules(*value, rules, problems);
  } else {
    std::apply([&](const auto&... rule) { (rule.check(value, problems), ...); }, rules);
  }
}

template <class T, std::size_t Index>
struct FieldThunks {
  static constexpr const auto& declared = std::get<Index>(schema_of<T>.fields);
  using Member = std::remove_cvref_t<decltype(std::declval<T&>().*(declared.member))>;
  static constexpr bool may_be_absent = has_rule<OrAbsent>(declared.rules);
  static_assert(!may_be_absent || is_optional<Member>, "only an optional field can be left out of an answer");

  static void decode(JsonValue value, void* owner, Problems& problems) {
    Member& member = static_cast<T*>(owner)->*(declared.member);
    const std::size_t before = problems.count();
    Codec<Member>::decode(value, member, problems);
    if (problems.count() == before) apply_rules(member, declared.rules, problems);
  }
  static void encode(JsonWriter& json, const void* owner) {
    Codec<Member>::encode(json, static_cast<const T*>(owner)->*(declared.member));
  }
  static bool is_absent(const void* owner) {
    if constexpr (is_optional<Member>)
      return !(static_cast<const T*>(owner)->*(declared.member)).has_value();
    else
      return false;
  }
  static void describe(SchemaWriter& writer) {
    writer.begin();
    if constexpr (may_be_absent)
      Codec<typename Member::value_type>::describe(writer);
    else
      Codec<Member>::describe(writer);
    std::apply([&](const auto&... rule) { (rule.describe(writer), ...); }, declared.rules);
    writer.end();
  }
  static void decode_text(std::string_view text, void* owner, Problems& problems) {
    if constexpr (requires(Member& member) { Codec<Member>::decode_text(text, member, problems); }) {
      Member& member = static_cast<T*>(owner)->*(declared.member);
      const std::size_t before = problems.count();
      Codec<Member>::decode_text(text, member, problems);
      if (problems.count() == before) apply_rules(member, declared.rules, problems);
    } else {
      problems.add("can not be given here");
    }
  }
  static constexpr FieldInfo info() {
    return {declared.name,
            !is_optional<Member> && !has_rule<OrDefault>(declared.rules),
            may_be_absent ? is_absent : nullptr,
            decode,
            decode_text,
            encode,
            describe};
  }
};

void describe_object(SchemaWriter& writer, std::span<const FieldInfo> fields, bool is_open);

template <class T>
struct ObjectTable {
  static constexpr std::size_t count = std::tuple_size_v<decltype(schema_of<T>.fields)>;
  static_assert(count <= 64, "fields are marked in a 64-bit set while an object is read");

  static constexpr auto fields = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::array<FieldInfo, count>{FieldThunks<T, Index>::info()...};
  }(std::make_index_sequence<count>());

  static void describe(SchemaWriter& writer) {
    describe_object(writer, fields, schema_of<T>.is_open);
    if constexpr (requires { example_of(static_cast<T*>(nullptr)); })
      writer.json().key("examples").begin_array().raw(example_of(static_cast<T*>(nullptr))).end_array();
  }
};

}  // namespace detail

template <>
struct Codec<std::string> {
  static void decode(JsonValue value, std::string& out, Problems& problems) {
    detail::decode_string(value, out, problems);
  }
  static void decode_text(std::string_view text, std::string& out, Problems& problems) {
    detail::decode_string_text(text, out, problems);
  }
  static void encode(JsonWriter& json, const std::string& value) { json.value(value); }
  static void describe(SchemaWriter& writer) { writer.type("string"); }
};

template <>
struct Codec<bool> {
  static void decode(JsonValue value, bool& out, Problems& problems) { detail::decode_bool(value, out, problems); }
  static void decode_text(std::string_view text, bool& out, Problems& problems) {
    out = text == "true";
    if (!out && text != "false") problems.add("must be true or false");
  }
  static void encode(JsonWriter& json, bool value) { json.value(value); }
  static void describe(SchemaWriter& writer) { writer.type("boolean"); }
};

template <std::integral Integer>
  requires(!std::same_as<Integer, bool>)
struct Codec<Integer> {
  static constexpr bool wide = sizeof(Integer) == sizeof(std::int64_t);
  /// JavaScript's numbers, and so D1's, hold 53 bits.
  static constexpr std::int64_t most_exact = (std::int64_t{1} << 53) - 1;
  static constexpr auto most = wide ? most_exact : static_cast<std::int64_t>(std::numeric_limits<Integer>::max());
  static constexpr auto least = std::unsigned_integral<Integer> ? std::int64_t{0}
                                : wide                          ? -most_exact
                                                                : std::int64_t{std::numeric_limits<Integer>::min()};

  static void decode(JsonValue value, Integer& out, Problems& problems) {
    out = static_cast<Integer>(detail::decode_integer(value, least, most, problems));
  }
  static void decode_text(std::string_view text, Integer& out, Problems& problems) {
    out = static_cast<Integer>(detail::decode_integer_text(text, least, most, problems));
  }
  static void encode(JsonWriter& json, Integer value) { json.value(value); }
  static void describe(SchemaWriter& writer) { writer.type("integer"); }
};

template <>
struct Codec<double> {
  static void decode(JsonValue value, double& out, Problems& problems) { detail::decode_double(value, out, problems); }
  static void encode(JsonWriter& json, double value) { json.value(value); }
  static void describe(SchemaWriter& writer) { writer.type("number"); }
};

template <>
struct Codec<Timestamp> {
  static void decode(JsonValue value, Timestamp& out, Problems& problems) {
    detail::decode_timestamp(value, out, problems);
  }
  static void decode_text(std::string_view text, Timestamp& out, Problems& problems) {
    detail::decode_timestamp_text(text, out, problems);
  }
  static void encode(JsonWriter& json, Timestamp value) { json.value(to_rfc3339(value)); }
  static void describe(SchemaWriter& writer) {
    writer.type("string");
    writer.keyword("format", "date-time");
  }
};

template <>
struct Codec<RawJson> {
  static void decode(JsonValue value, RawJson& out, Problems&) { out.text = value.text(); }
  static void encode(JsonWriter& json, const RawJson& value) { json.raw(value.text); }
  static void describe(SchemaWriter&) {}
};

template <class T>
struct Codec<RawList<T>> {
  static void encode(JsonWriter& json, const RawList<T>& value) { json.raw(value.text); }
  static void decode(JsonValue, RawList<T>&, Problems&) {}
  static void describe(SchemaWriter& writer) {
    writer.type("array");
    writer.nested("items", [](SchemaWriter& inner) { Codec<T>::describe(inner); });
  }
};

/// Reading: the field may be left out, null is refused. Writing: nothing is null.
template <class T>
struct Codec<std::optional<T>> {
  static void decode(JsonValue value, std::optional<T>& out, Problems& problems) {
    Codec<T>::decode(value, out.emplace(), problems);
  }
  static void decode_text(std::string_view text, std::optional<T>& out, Problems& problems)
    requires requires(T& inner) { Codec<T>::decode_text(text, inner, problems); }
  {
    Codec<T>::decode_text(text, out.emplace(), problems);
  }
  static void encode(JsonWriter& json, const std::optional<T>& value) {
    if (value)
      Codec<T>::encode(json, *value);
    else
      json.null();
  }
  static void describe(SchemaWriter& writer) {
    if (writer.is_for_answers())
      writer.nullable([](SchemaWriter& inner) { Codec<T>::describe(inner); });
    else
      Codec<T>::describe(writer);
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static void decode(JsonValue value, std::vector<T>& out, Problems& problems) {
    if (value.kind() != JsonValue::Kind::array) return problems.add("must be a list");
    out.clear();  // What is given stands instead of a default, not behind it.
    value.for_each_element([&](JsonValue element) {
      // A list that is far too long is not worth decoding to its end: the rules below refuse it anyway.
      if (out.size() >= most_list_elements) return;
      problems.within(out.size(), [&] { Codec<T>::decode(element, out.emplace_back(), problems); });
    });
  }
  static void encode(JsonWriter& json, const std::vector<T>& values) {
    json.begin_array();
    for (const T& value : values) Codec<T>::encode(json, value);
    json.end_array();
  }
  static void describe(SchemaWriter& writer) {
    writer.type("array");
    writer.nested("items", [](SchemaWriter& inner) { Codec<T>::describe(inner); });
  }
};

template <HasEnumSchema Enum>
struct Codec<Enum> {
  static constexpr auto names = [] {
    std::array<std::string_view, schema_of<Enum>.names.size()> texts{};
    for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = schema_of<Enum>.names[i].name;
    return texts;
  }();

  static void decode(JsonValue value, Enum& out, Problems& problems) {
    const auto text = value.string();
    if (const auto known = text ? value_named<Enum>(*text) : std::nullopt)
      out = *known;
    else
      detail::expected_one_of(names, problems);
  }
  static void decode_text(std::string_view text, Enum& out, Problems& problems) {
    if (const auto known = value_named<Enum>(text))
      out = *known;
    else
      detail::expected_one_of(names, problems);
  }
  static void encode(JsonWriter& json, Enum value) { json.value(name_of(value)); }
  static void describe(SchemaWriter& writer) {
    writer.type("string");
    writer.one_of(names);
  }
};

template <HasObjectSchema T>
struct Codec<T> {
  static void decode(JsonValue value, T& out, Problems& problems) {
    detail::decode_object(value, &out, detail::ObjectTable<T>::fields, schema_of<T>.is_open, problems);
  }
  static void encode(JsonWriter& json, const T& value) {
    detail::encode_object(json, &value, detail::ObjectTable<T>::fields);
  }
  static void describe(SchemaWriter& writer) { writer.reference(schema_of<T>.name, detail::ObjectTable<T>::describe); }
};

/// Decodes and validates; fails with 400 `validation_failed` and every problem found.
template <class T>
Result<T> decode(JsonValue value) {
  T out{};
  Problems problems;
  Codec<T>::decode(value, out, problems);
  if (!problems.empty()) return Failure(problems.to_error());
  return out;
}

/// Decodes and validates name and value pairs, as a query string has them.
template <class T>
Result<T> decode(std::span<const std::pair<std::string, std::string>> texts) {
  T out{};
  Problems problems;
  detail::decode_texts(texts, &out, detail::ObjectTable<T>::fields, problems);
  if (!problems.empty()) return Failure(problems.to_error());
  return out;
}

template <class T>
std::string encode(const T& value) {
  JsonWriter json;
  Codec<T>::encode(json, value);
  return std::move(json).text();
}

}  // namespace isthmus
