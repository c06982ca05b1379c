#pragma once

#include <optional>
#include <simdjson.h>
#include <string>
#include <string_view>

/// JSON as tokens need it: small, flat, and with one meaning only.
namespace isthmus::crypto {

/// One JSON object, read whole. No object in it, at any depth, has two members of one name: which of them counts would
/// be a matter of taste, and two readers with different tastes are an attack (RFC 7515 section 4, RFC 8725
/// section 2.6).
///
/// Good until the next one is read: they share a parser, whose buffers cost more to make than a token to read.
class TokenJson {
 public:
  static constexpr std::size_t deepest = 16;

  /// False unless the text is exactly one such object.
  bool read(std::string_view text);

  /// Nothing when there is no such member; `is_absent` tells that from one of another type.
  std::optional<std::string_view> string(std::string_view name) const;
  bool is_absent(std::string_view name) const;
  simdjson::dom::object members() const { return root_; }

 private:
  simdjson::dom::object root_;
};

/// Appends `text` with its quotes. Whether it is UTF-8 is not looked at here.
void append_json_string(std::string& json, std::string_view text);

}  // namespace isthmus::crypto
