#include "peerloop/feeds/stream_token.h"

#include "adapters/feeds/stream_settings.h"
#include "base/encoding.h"
#include "crypto/digest.h"

namespace isthmus::peerloop {

namespace {

constexpr Millis token_life = day;
constexpr Millis kept = hour;
/// Stream refuses a token of the future, and its clock may be behind ours.
constexpr Millis issued_before = 5 * second;

/// A token as it is kept, with what it was signed with: another key or secret makes it worthless at once.
struct KeptToken {
  std::string token;
  std::string signer;
  Timestamp expiresAt;
};
constexpr auto schema(KeptToken*) {
  return object("KeptToken", field("token", &KeptToken::token), field("signer", &KeptToken::signer),
                field("expiresAt", &KeptToken::expiresAt));
}

std::string signer_of(const StreamSettings& settings) {
  return hex_encode(crypto::sha256(settings.api_key + '\n' + settings.api_secret)).substr(0, 16);
}

std::optional<KeptToken> read_kept(const std::optional<std::string>& text) {
  const auto json = text ? parse_json(*text) : Failure(not_found("token"));
  auto kept_token = json ? decode<KeptToken>(*json) : Failure(not_found("token"));
  if (!kept_token) return std::nullopt;
  return *std::move(kept_token);
}

}  // namespace

Task<Result<Response>> issue_stream_token(Request& request) {
  const StreamSettings settings = co_await StreamSettings::read(request.settings());
  const std::string& user_id = request.user().user_id;
  const std::string key = "stream_token:" + user_id;
  KeyValue& store = request.host().key_value;
  // The store saves work and no more: where it does not answer, a token is made.
  const auto found = co_await attempt(store.get(key));
  auto token = found ? read_kept(*found) : std::nullopt;
  if (!token || token->signer != signer_of(settings) || token->expiresAt < request.now() + token_life - 2 * kept) {
    const Timestamp expires = request.now() + token_life;
    token = KeptToken{stream_user_token(settings.api_secret, user_id, request.now() - issued_before, expires),
                      signer_of(settings), expires};
    co_await attempt(store.put(key, encode(*token), kept));
  }
  co_return ok(StreamToken{std::move(token->token), settings.api_key, user_id, token->expiresAt});
}

}  // namespace isthmus::peerloop
