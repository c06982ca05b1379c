#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.h"
#include "base/strings.h"
#include "base/time.h"
#include "base/web_address.h"
#include "crypto/jwt.h"
#include "crypto/webhook_signature.h"
#include "http/query_string.h"
#include "json/schema.h"
#include "json/value.h"
#include "json/writer.h"
#include "peerloop/scheduling/icalendar.h"

// What judges.test.mjs compares with other programs that do the same, as it is deployed. A call has a name and texts,
// and gives a text, or nothing where it refuses them.

namespace isthmus::fuzz {
namespace {

using Texts = std::vector<std::string_view>;
using Answer = std::optional<std::string>;

std::int64_t number(std::string_view text) { return to_integer(text).value_or(0); }

Answer read_json(const Texts& texts) {
  const auto value = parse_json(texts[0]);
  if (!value) return std::nullopt;
  return value->text();
}

Answer read_double(const Texts& texts) {
  const auto value = parse_json(texts[0]);
  if (!value || !value->number()) return std::nullopt;
  JsonWriter json;
  json.value(*value->number());
  return std::move(json).text();
}

Answer read_query(const Texts& texts) {
  std::string out;
  for (const auto& [name, value] : parse_query(texts[0])) out += hex_encode(name) + '=' + hex_encode(value) + '&';
  return out;
}

Answer read_time(const Texts& texts) {
  const auto moment = from_rfc3339(texts[0]);
  if (!moment) return std::nullopt;
  return std::to_string(moment->ms);
}

Answer verify_jwt(const Texts& texts) {
  const std::array<crypto::KeyRing::Secret, 1> secrets{{{"k", std::string(texts[0])}}};
  const auto keys = crypto::KeyRing::create(secrets);
  if (!keys) return std::nullopt;
  const crypto::TokenRules rules{"JWT", "i", std::nullopt, 0, crypto::KeyId::optional};
  auto token = crypto::verify_jwt(*keys, texts[1], rules, number(texts[2]));
  if (!token) return std::nullopt;
  return std::move(token->payload);
}

Answer verdict(bool accepted) { return accepted ? Answer("") : std::nullopt; }

Answer verify_stripe(const Texts& texts) {
  const std::array<std::string, 1> secrets{std::string(texts[0])};
  return verdict(crypto::verify_stripe(texts[1], texts[2], secrets, number(texts[3])).has_value());
}

Answer verify_svix(const Texts& texts) {
  const std::array<std::string, 1> secrets{std::string(texts[0])};
  return verdict(crypto::verify_svix(texts[1], texts[2], texts[3], texts[4], secrets, number(texts[5])).has_value());
}

Answer is_web_address(const Texts& texts) {
  Problems problems;
  web_address.check(std::string(texts[0]), problems);
  return verdict(problems.empty());
}

Answer write_calendar(const Texts& texts) {
  const peerloop::CalendarEvent event{"uid@example.org",     {}, {hour}, {}, {}, 0, false, std::string(texts[1]),
                                      std::string(texts[2]), {}};
  return peerloop::write_calendar(peerloop::CalendarMethod::publish, texts[0], "a@example.org", {&event, 1});
}

struct Call {
  std::string_view name;
  std::size_t texts;
  Answer (*run)(const Texts&);
};

constexpr std::array calls = std::to_array<Call>({
    {"json", 1, read_json},
    {"double", 1, read_double},
    {"jsonQuoted", 1, [](const Texts& texts) { return Answer(json_quoted(texts[0])); }},
    {"query", 1, read_query},
    {"time", 1, read_time},
    {"timeText", 1, [](const Texts& texts) { return Answer(to_rfc3339({number(texts[0])})); }},
    {"hexDecode", 1, [](const Texts& texts) { return hex_decode(texts[0]); }},
    {"hexEncode", 1, [](const Texts& texts) { return Answer(hex_encode(texts[0])); }},
    {"base64Decode", 1, [](const Texts& texts) { return base64_decode(texts[0]); }},
    {"base64Encode", 1, [](const Texts& texts) { return Answer(base64_encode(texts[0])); }},
    {"base64urlDecode", 1, [](const Texts& texts) { return base64url_decode(texts[0]); }},
    {"base64urlEncode", 1, [](const Texts& texts) { return Answer(base64url_encode(texts[0])); }},
    {"percentDecode", 1, [](const Texts& texts) { return percent_decode(texts[0]); }},
    {"percentEncode", 1, [](const Texts& texts) { return Answer(percent_encode(texts[0])); }},
    {"formEncode", 1, [](const Texts& texts) { return Answer(form_encode(texts[0])); }},
    {"isUtf8", 1, [](const Texts& texts) { return verdict(is_valid_utf8(texts[0])); }},
    {"origin", 1, [](const Texts& texts) { return origin_of(texts[0]); }},
    {"webAddress", 1, is_web_address},
    {"calendar", 3, write_calendar},
    {"jwt", 3, verify_jwt},
    {"stripe", 4, verify_stripe},
    {"svix", 6, verify_svix},
});

std::optional<Texts> unpack(std::string_view bytes) {
  Texts texts;
  while (!bytes.empty()) {
    std::uint32_t size = 0;
    if (bytes.size() < 4) return std::nullopt;
    for (std::size_t i = 4; i-- > 0;) size = size << 8 | static_cast<std::uint8_t>(bytes[i]);
    bytes.remove_prefix(4);
    if (size > bytes.size()) return std::nullopt;
    texts.push_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return texts;
}

/// Kept until the next call.
std::string& last_answer() {
  static std::string answer;
  return answer;
}

}  // namespace
}  // namespace isthmus::fuzz

extern "C" __attribute__((export_name("judged_allocate"))) void* judged_allocate(std::size_t size) {
  return std::malloc(size == 0 ? 1 : size);
}

extern "C" __attribute__((export_name("judged_free"))) void judged_free(void* call) { std::free(call); }

// The length of the answer; -1 where the call is refused, -2 where there is no such call.
extern "C" __attribute__((export_name("judged_call"))) std::int32_t judged_call(const char* packed, std::size_t size) {
  using namespace isthmus::fuzz;
  const auto texts = unpack({packed, size});
  if (!texts || texts->empty()) return -2;
  for (const Call& call : calls) {
    if (call.name != texts->front() || call.texts != texts->size() - 1) continue;
    auto answer = call.run({texts->begin() + 1, texts->end()});
    if (!answer) return -1;
    last_answer() = *std::move(answer);
    return static_cast<std::int32_t>(last_answer().size());
  }
  return -2;
}

extern "C" __attribute__((export_name("judged_answer"))) const char* judged_answer() {
  return isthmus::fuzz::last_answer().data();
}
