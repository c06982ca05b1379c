#include "base/encoding.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/strings.h"

namespace isthmus {
namespace {

constexpr std::uint8_t invalid = 0xff;

constexpr std::string_view standard_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using ReverseTable = std::array<std::uint8_t, 256>;

constexpr ReverseTable reverse(std::string_view alphabet) {
  ReverseTable table{};
  table.fill(invalid);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr ReverseTable standard_values = reverse(standard_alphabet);
constexpr ReverseTable url_values = reverse(url_alphabet);

constexpr std::uint8_t byte_at(std::string_view bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }

std::string encode_sextets(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<std::uint8_t>(c);
    count += 8;
    while (count >= 6) {
      count -= 6;
      text.push_back(alphabet[(bits >> count) & 0x3f]);
    }
  }
  if (count > 0) text.push_back(alphabet[(bits << (6 - count)) & 0x3f]);
  return text;
}

std::optional<std::string> decode_sextets(std::string_view text, const ReverseTable& values) {
  if (text.size() % 4 == 1) return std::nullopt;
  const auto value = [&](std::size_t i) -> std::uint32_t { return values[byte_at(text, i)]; };
  const std::size_t whole = text.size() / 4 * 4;
  std::uint32_t seen = 0;
  std::string bytes;
  bytes.resize_and_overwrite(text.size() / 4 * 3 + 2, [&](char* out, std::size_t) {
    char* end = out;
    for (std::size_t i = 0; i < whole; i += 4) {
      const std::uint32_t first = value(i), second = value(i + 1), third = value(i + 2), fourth = value(i + 3);
      seen |= first | second | third | fourth;
      const std::uint32_t bits = first << 18 | second << 12 | third << 6 | fourth;
      *end++ = static_cast<char>(bits >> 16);
      *end++ = static_cast<char>(bits >> 8);
      *end++ = static_cast<char>(bits);
    }
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (std::size_t i = whole; i < text.size(); ++i) {
      seen |= value(i);
      bits = bits << 6 | value(i);
      count += 6;
      if (count >= 8) {
        count -= 8;
        *end++ = static_cast<char>(bits >> count);
      }
    }
    // What is left over are the bits that no byte uses; other than zero, a second spelling of the same bytes.
    if ((bits & ((1u << count) - 1)) != 0) seen |= invalid;
    return static_cast<std::size_t>(end - out);
  });
  if (seen >= 64) return std::nullopt;
  return bytes;
}

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that the escape at text[i] (a '%') stands for, or -1.
constexpr int escaped_byte(std::string_view text, std::size_t i) {
  if (text.size() - i < 3) return -1;
  const int high = hex_value(text[i + 1]);
  const int low = hex_value(text[i + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

void append_escape(std::string& text, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<std::uint8_t>(c);
  text.push_back('%');
  text.push_back(digits[byte >> 4]);
  text.push_back(digits[byte & 0x0f]);
}

}  // namespace

std::string hex_encode(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 0x0f]);
  }
  return text;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::string base64_encode(std::string_view bytes) {
  std::string text = encode_sextets(bytes, standard_alphabet);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with('=')) text.remove_suffix(1);
  if (text.ends_with('=')) text.remove_suffix(1);
  return decode_sextets(text, standard_values);
}

std::optional<std::string> base64_decode_unpadded(std::string_view text) {
  return text.ends_with('=') ? base64_decode(text) : decode_sextets(text, standard_values);
}

std::string base64url_encode(std::string_view bytes) { return encode_sextets(bytes, url_alphabet); }

std::optional<std::string> base64url_decode(std::string_view text) { return decode_sextets(text, url_values); }

std::string percent_encode(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    if (is_letter_or_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      text.push_back(c);
    } else {
      append_escape(text, c);
    }
  }
  return text;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      bytes.push_back(text[i]);
      continue;
    }
    const int byte = escaped_byte(text, i);
    if (byte < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(byte));
    i += 2;
  }
  return bytes;
}

std::string form_encode(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    if (is_letter_or_digit(c) || c == '*' || c == '-' || c == '.' || c == '_') {
      text.push_back(c);
    } else if (c == ' ') {
      text.push_back('+');
    } else {
      append_escape(text, c);
    }
  }
  return text;
}

std::string form_decode(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = text[i] == '%' ? escaped_byte(text, i) : -1;
    if (byte >= 0) {
      bytes.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      bytes.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return bytes;
}

bool is_valid_utf8(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    const std::uint8_t lead = byte_at(bytes, i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    std::size_t length = 0;
    // The bounds of the second byte carry the whole rule against overlong forms, surrogates and U+110000 upwards.
    std::uint8_t second_min = 0x80;
    std::uint8_t second_max = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
      length = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      length = 3;
      if (lead == 0xe0) second_min = 0xa0;
      if (lead == 0xed) second_max = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      length = 4;
      if (lead == 0xf0) second_min = 0x90;
      if (lead == 0xf4) second_max = 0x8f;
    } else {
      return false;
    }
    if (bytes.size() - i < length) return false;
    if (byte_at(bytes, i + 1) < second_min || byte_at(bytes, i + 1) > second_max) return false;
    for (std::size_t k = 2; k < length; ++k) {
      if ((byte_at(bytes, i + k) & 0xc0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

}  // namespace isthmus
