#include <algorithm>
#include <bit>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "base/ascii_words.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "base/time.h"
#include "fuzz/target.h"
#include "http/pagination.h"
#include "http/query_string.h"
#include "json/value.h"
#include "peerloop/auth/handle.h"
#include "peerloop/courses/slug.h"

namespace isthmus::fuzz {

namespace {

/// A document as a row of tokens, in which two readers must agree.
class Tokens {
 public:
  void mark(char kind) { text_.push_back(kind); }
  void text(char kind, std::string_view value) {
    text_.push_back(kind);
    text_ += std::to_string(value.size()) + ':';
    text_ += value;
  }
  void number(double value) { text('d', std::to_string(std::bit_cast<std::uint64_t>(value))); }
  void integer(std::int64_t value) { text('i', std::to_string(value)); }
  const std::string& all() const { return text_; }

 private:
  std::string text_;
};

void write(JsonValue value, Tokens& tokens) {
  switch (value.kind()) {
    case JsonValue::Kind::null: return tokens.mark('n');
    case JsonValue::Kind::boolean: return tokens.mark(*value.boolean() ? 't' : 'f');
    case JsonValue::Kind::integer: return tokens.integer(*value.integer());
    case JsonValue::Kind::big_integer:
    case JsonValue::Kind::number: return tokens.number(*value.number());
    case JsonValue::Kind::string: return tokens.text('s', *value.string());
    case JsonValue::Kind::array:
      tokens.mark('[');
      value.for_each_element([&](JsonValue element) { write(element, tokens); });
      return tokens.mark(']');
    case JsonValue::Kind::object:
      tokens.mark('{');
      value.for_each_member([&](std::string_view name, JsonValue member) {
        tokens.text('k', name);
        write(member, tokens);
      });
      return tokens.mark('}');
  }
}

/// nlohmann's reader, as it tells of what it meets.
struct Judge {
  using Json = nlohmann::json;

  Tokens tokens;
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool beyond_64_bits = false;

  bool null() {
    return note([&] { tokens.mark('n'); });
  }
  bool boolean(bool value) {
    return note([&] { tokens.mark(value ? 't' : 'f'); });
  }
  bool number_integer(Json::number_integer_t value) {
    return note([&] { tokens.integer(value); });
  }
  bool number_unsigned(Json::number_unsigned_t value) {
    return note([&] {
      if (std::in_range<std::int64_t>(value))
        tokens.integer(static_cast<std::int64_t>(value));
      else
        tokens.number(static_cast<double>(value));
    });
  }
  bool number_float(Json::number_float_t value, const Json::string_t& text) {
    beyond_64_bits |= text.find_first_of(".eE") == std::string::npos;
    return note([&] { tokens.number(value); });
  }
  bool string(const Json::string_t& value) {
    return note([&] { tokens.text('s', value); });
  }
  bool binary(const Json::binary_t&) { return false; }
  bool key(const Json::string_t& name) {
    return note([&] { tokens.text('k', name); });
  }
  bool start_object(std::size_t) { return enter('{'); }
  bool end_object() { return leave('}'); }
  bool start_array(std::size_t) { return enter('['); }
  bool end_array() { return leave(']'); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

 private:
  static bool note(auto what) {
    what();
    return true;
  }
  bool enter(char bracket) {
    tokens.mark(bracket);
    deepest = std::max(deepest, ++depth);
    return true;
  }
  bool leave(char bracket) {
    tokens.mark(bracket);
    --depth;
    return true;
  }
};

std::optional<std::string> tokens_of(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return std::nullopt;
  Tokens tokens;
  write(*value, tokens);
  return tokens.all();
}

}  // namespace

void read_json(std::string_view text) {
  const auto ours = tokens_of(text);
  if (ours) {
    const std::string again = parse_json(text)->text();
    holds(tokens_of(again) == ours, "a document written again is the same");
  }
  // The judge takes a NUL for the end, and skips a mark of the byte order.
  if (text.contains('\0') || text.starts_with('\xef')) return;
  Judge judge;
  const bool valid = Judge::Json::sax_parse(text, &judge) && !judge.beyond_64_bits;
  if (judge.deepest >= max_json_depth) {
    holds(judge.deepest == max_json_depth || !ours, "what nests too deeply is refused");
    return;
  }
  holds(ours.has_value() == valid, "two readers of JSON agree on what is JSON");
  holds(!ours || *ours == judge.tokens.all(), "two readers of JSON agree on what it says");
}

void read_encodings(std::string_view text) {
  if (const auto bytes = hex_decode(text)) holds(equal_ignoring_case(hex_encode(*bytes), text), "hex");
  if (const auto bytes = base64_decode(text)) holds(base64_encode(*bytes) == text, "base64");
  if (const auto bytes = base64url_decode(text)) holds(base64url_encode(*bytes) == text, "base64url");
  if (const auto bytes = base64_decode_unpadded(text))
    holds(base64_encode(*bytes).starts_with(text.substr(0, text.find('='))), "base64 without padding");
  holds(hex_decode(hex_encode(text)) == text, "hex of bytes");
  holds(base64_decode(base64_encode(text)) == text, "base64 of bytes");
  holds(base64url_decode(base64url_encode(text)) == text, "base64url of bytes");
  holds(percent_decode(percent_encode(text)) == text, "percent-encoding of bytes");
  holds(form_decode(form_encode(text)) == text, "form encoding of bytes");
  if (const auto bytes = percent_decode(text)) holds(bytes->size() <= text.size(), "an escape stands for one byte");
  holds(form_decode(text).size() <= text.size(), "an escape in a form stands for one byte");
  if (is_valid_utf8(text)) {
    const std::string quoted = json_quoted(text);
    const auto value = parse_json(quoted);
    holds(value && value->string() == text, "a text survives JSON");
    holds(count_code_points(text) <= text.size(), "code points are no more than bytes");
  }
}

void read_query(std::string_view text) {
  const auto pairs = parse_query(text);
  std::string again;
  for (const auto& [name, value] : pairs) again += '&' + form_encode(name) + '=' + form_encode(value);
  holds(parse_query(again) == pairs, "a query written again is the same");
}

void read_time(std::string_view text) {
  const auto moment = from_rfc3339(text);
  if (!moment) return;
  const std::string written = to_rfc3339(*moment);
  holds(written.size() == 24, "a moment has four digits for its year");
  holds(from_rfc3339(written) == moment, "a moment written again is the same");
}

void read_words(std::string_view text) {
  if (!is_valid_utf8(text)) return;
  const auto is_plain = [](std::string_view words, char separator) {
    return std::ranges::all_of(
        words, [&](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == separator; });
  };
  for (const std::size_t most : {std::size_t{1}, std::size_t{7}, std::size_t{60}}) {
    const std::string words = ascii_words(text, '-', most);
    holds(words.size() <= most && is_plain(words, '-'), "words for addresses are plain and short");
    holds(!words.starts_with('-') && !words.ends_with('-') && !words.contains("--"), "separators only separate");
  }
  const auto [slug, distinct_slug] = peerloop::slugs_for(text, "abcdef");
  for (const std::string_view one : {slug, distinct_slug})
    holds(!one.empty() && one.size() <= 100 && is_plain(one, '-'), "a slug is plain");
  const auto [handle, distinct_handle] = peerloop::handles_for(text, "abcdef");
  for (const std::string_view one : {handle, distinct_handle}) {
    holds(one.size() >= 3 && one.size() <= 40 && is_plain(one, '_'), "a handle is plain");
    holds(!peerloop::is_reserved_handle(one), "nobody gets a reserved handle");
  }
}

void read_cursor(std::string_view text) {
  const auto cursor = decode_cursor(std::string(text));
  if (cursor && *cursor) {
    const auto again = decode_cursor(encode_cursor(**cursor));
    holds(again && *again && (*again)->value == (*cursor)->value && (*again)->id == (*cursor)->id,
          "a cursor written again is the same");
    holds(is_valid_utf8((*cursor)->value) && is_valid_utf8((*cursor)->id), "a cursor is text");
  }
  const auto place = decode_place(std::string(text), "price");
  if (place && *place) holds(!(*place)->id.empty(), "a place names a row");
}

}  // namespace isthmus::fuzz
