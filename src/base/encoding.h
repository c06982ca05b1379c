#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Text forms of bytes. A byte string is a std::string throughout the project; none of these functions assumes that
/// its bytes are text.
namespace isthmus {

/// Lower-case hex, two digits a byte.
std::string hex_encode(std::string_view bytes);
/// Accepts both cases; nothing for an odd length or any other character.
std::optional<std::string> hex_decode(std::string_view text);

/// RFC 4648 section 4, padded with '='.
std::string base64_encode(std::string_view bytes);
/// Only what base64_encode would have written: full padding, no whitespace, no stray bits in the last character.
std::optional<std::string> base64_decode(std::string_view text);
/// As base64_decode, but the padding may be left out (wholly, never partly): Hrana and PHC strings come without.
std::optional<std::string> base64_decode_unpadded(std::string_view text);

/// RFC 4648 section 5 without padding, as RFC 7515 section 2 wants it.
std::string base64url_encode(std::string_view bytes);
/// Only what base64url_encode would have written, so that one value has exactly one spelling.
std::optional<std::string> base64url_decode(std::string_view text);

/// A component of a URI (RFC 3986 section 2.3): everything but ALPHA DIGIT - . _ ~ becomes %XX with upper-case digits.
std::string percent_encode(std::string_view bytes);
/// '+' stays '+'. Nothing when a '%' is not followed by two hex digits. The result may be any bytes: where text is
/// expected, ask is_valid_utf8.
std::optional<std::string> percent_decode(std::string_view text);

/// A name or value of application/x-www-form-urlencoded (WHATWG URL, section 5): space is '+', and only
/// ALPHA DIGIT * - . _ stand for themselves.
std::string form_encode(std::string_view bytes);
/// Never fails: as browsers and every server-side parser do, a '%' that starts no escape stands for itself.
std::string form_decode(std::string_view text);

/// Well-formed UTF-8 by Unicode's table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_valid_utf8(std::string_view bytes);

}  // namespace isthmus
