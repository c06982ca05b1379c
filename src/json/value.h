#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/error.h"

namespace isthmus {

/// How deep arrays and objects may nest before a document is refused.
inline constexpr std::size_t max_json_depth = 64;

/// A borrowed view of one value of the document parsed last. It is valid until the next `parse_json`, so it must not
/// live across a `co_await`: decode it into a struct of your own first.
class JsonValue {
 public:
  enum class Kind { null, boolean, integer, big_integer, number, string, array, object };

  Kind kind() const;
  bool is_null() const { return kind() == Kind::null; }
  bool is_object() const { return kind() == Kind::object; }

  std::optional<bool> boolean() const;
  /// Numbers written without fraction and exponent that fit 64 bits.
  std::optional<std::int64_t> integer() const;
  std::optional<double> number() const;
  std::optional<std::string_view> string() const;
  /// The first member of that name, where this is an object that has it.
  std::optional<JsonValue> member(std::string_view name) const;
  /// Follows members: `at({"data", "object", "id"})`.
  std::optional<JsonValue> at(std::initializer_list<std::string_view> names) const;
  /// The string at that place, or nothing.
  std::optional<std::string_view> string_at(std::initializer_list<std::string_view> names) const;
  std::optional<std::int64_t> integer_at(std::initializer_list<std::string_view> names) const;
  /// Whether `true` stands at that place.
  bool is_true_at(std::initializer_list<std::string_view> names) const;

  /// The value as JSON text, without white space.
  std::string text() const;

  template <class Visit>
  void for_each_member(Visit visit) const {
    visit_members(&visit, [](void* context, std::string_view name, JsonValue value) {
      (*static_cast<Visit*>(context))(name, value);
    });
  }
  template <class Visit>
  void for_each_element(Visit visit) const {
    visit_elements(&visit, [](void* context, JsonValue value) { (*static_cast<Visit*>(context))(value); });
  }

 private:
  friend struct JsonAccess;
  void visit_members(void* context, void (*visit)(void*, std::string_view, JsonValue)) const;
  void visit_elements(void* context, void (*visit)(void*, JsonValue)) const;

  /// A simdjson element, kept opaque: its header is a hundred thousand lines.
  alignas(void*) std::array<std::byte, 2 * sizeof(void*)> element_{};
};

/// Parses RFC 8259 JSON; the text must be UTF-8 and nest no deeper than `max_json_depth`. Fails with 400
/// `invalid_json`.
Result<JsonValue> parse_json(std::string_view text);

}  // namespace isthmus
