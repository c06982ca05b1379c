#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/problems.h"
#include "json/schema_writer.h"

/// What a field's value must satisfy, beyond its type. A rule checks (and may tidy) a value, and describes itself in
/// JSON Schema.
namespace isthmus {

/// More elements than this are never read from a list.
inline constexpr std::size_t most_list_elements = 1000;

/// The field may be left out: the struct's own initial value stands.
struct OrDefault {
  void check(const auto&, Problems&) const {}
  void describe(SchemaWriter&) const {}
};
inline constexpr OrDefault or_default;

/// An answer leaves the field out where it has no value, instead of saying null: for what not every caller may see.
struct OrAbsent {
  void check(const auto&, Problems&) const {}
  void describe(SchemaWriter&) const {}
};
inline constexpr OrAbsent or_absent;

/// Prose for the documentation.
struct Described {
  std::string_view text;
  void check(const auto&, Problems&) const {}
  void describe(SchemaWriter& writer) const { writer.keyword("description", text); }
};
constexpr Described described(std::string_view text) { return {text}; }

/// An example for the documentation.
struct Example {
  std::string_view text;
  void check(const auto&, Problems&) const {}
  void describe(SchemaWriter& writer) const { writer.json().key("examples").begin_array().value(text).end_array(); }
};
constexpr Example example(std::string_view text) { return {text}; }

/// Takes white space off both ends. Put it before `length`.
struct Trimmed {
  void check(std::string& value, Problems&) const;
  void describe(SchemaWriter&) const {}
};
inline constexpr Trimmed trimmed;

/// A text's length in Unicode code points. Control characters other than line breaks and tabs are refused.
struct Length {
  std::size_t least;
  std::size_t most;
  void check(const std::string& value, Problems& problems) const;
  void describe(SchemaWriter& writer) const;
};
constexpr Length length(std::size_t least, std::size_t most) { return {least, most}; }

/// A number's bounds, both included.
struct Range {
  std::int64_t least;
  std::int64_t most;
  void check(std::int64_t value, Problems& problems) const;
  void describe(SchemaWriter& writer) const;
};
constexpr Range range(std::int64_t least, std::int64_t most) { return {least, most}; }

/// How many elements a list may have; `each` element obeys a rule of its own.
struct Items {
  std::size_t least;
  std::size_t most;
  template <class T>
  void check(const std::vector<T>& values, Problems& problems) const {
    check_count(values.size(), problems);
  }
  void check_count(std::size_t count, Problems& problems) const;
  void describe(SchemaWriter& writer) const;
};
constexpr Items items(std::size_t least, std::size_t most) { return {least, most}; }

template <class Rule>
struct Each {
  Rule rule;
  template <class T>
  void check(std::vector<T>& values, Problems& problems) const {
    for (std::size_t i = 0; i < values.size(); ++i) problems.within(i, [&] { rule.check(values[i], problems); });
  }
  void describe(SchemaWriter&) const {}
};
template <class Rule>
constexpr Each<Rule> each(Rule rule) {
  return {rule};
}

/// What HTML calls a valid e-mail address, at most 254 bytes; kept as written, without white space around it.
struct EmailAddress {
  void check(std::string& value, Problems& problems) const;
  void describe(SchemaWriter& writer) const { writer.keyword("format", "email"); }
};
inline constexpr EmailAddress email_address;

/// Lower-case letters, digits and single hyphens, 3 to 30 characters.
struct Slug {
  void check(const std::string& value, Problems& problems) const;
  void describe(SchemaWriter& writer) const { writer.keyword("pattern", "^[a-z0-9]+(-[a-z0-9]+)*$"); }
};
inline constexpr Slug slug;

struct Uuid {
  void check(const std::string& value, Problems& problems) const;
  void describe(SchemaWriter& writer) const { writer.keyword("format", "uuid"); }
};
inline constexpr Uuid uuid;

/// An absolute http or https address, at most 2,048 bytes.
struct WebAddress {
  void check(const std::string& value, Problems& problems) const;
  void describe(SchemaWriter& writer) const { writer.keyword("format", "uri"); }
};
inline constexpr WebAddress web_address;

}  // namespace isthmus
