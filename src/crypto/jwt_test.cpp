#include "crypto/jwt.h"

#include <format>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/encoding.h"
#include "crypto/digest.h"

using namespace isthmus;
using namespace isthmus::crypto;

namespace {

constexpr std::int64_t now_s = 1'800'000'000;
const std::string secret = "0123456789abcdef0123456789abcdef";

KeyRing ring_of(std::vector<KeyRing::Secret> secrets) { return std::move(KeyRing::create(secrets).value()); }

KeyRing test_ring() { return ring_of({{"k1", secret}}); }

TokenRules access_rules() { return {.type = "at+jwt", .issuer = "https://api.example", .audience = "app"}; }

Claims access_claims() {
  Claims claims;
  claims.issuer = "https://api.example";
  claims.subject = "user-1";
  claims.audience = {"app"};
  claims.expires_s = now_s + 900;
  claims.issued_s = now_s;
  claims.id = "jti-1";
  return claims;
}

// A token whose two JSON texts are given, correctly signed.
std::string signed_token(std::string_view header, std::string_view payload) {
  return sign_jws(HmacSha256(secret), header, payload);
}

constexpr std::string_view good_header = R"({"alg":"HS256","typ":"at+jwt","kid":"k1"})";
constexpr std::string_view good_payload =
    R"({"iss":"https://api.example","sub":"user-1","aud":"app","exp":1800000900,"iat":1800000000})";

// What ends the verification of a token, or "accepted".
std::string_view verdict(std::string_view token, const TokenRules& rules = access_rules(), std::int64_t at_s = now_s) {
  const KeyRing keys = test_ring();
  const auto result = verify_jwt(keys, token, rules, at_s);
  return result ? "accepted" : to_string(result.error());
}

std::string_view verdict_on_header(std::string_view header) { return verdict(signed_token(header, good_payload)); }
std::string_view verdict_on_payload(std::string_view payload) { return verdict(signed_token(good_header, payload)); }

}  // namespace

TEST_CASE("a token that was signed is verified and gives back what it was made of") {
  const KeyRing keys = test_ring();
  Claims claims = access_claims();
  claims.not_before_s = now_s;
  const std::vector<PrivateClaim> more = {{"role", R"("creator")"}, {"scope", R"(["a","b"])"}};
  const auto token = sign_jwt(keys, "at+jwt", claims, more);
  REQUIRE(token.has_value());
  CHECK(base64url_decode(token->substr(0, token->find('.'))) == good_header);
  const auto verified = verify_jwt(keys, *token, access_rules(), now_s);
  REQUIRE(verified.has_value());
  CHECK(verified->claims.issuer == claims.issuer);
  CHECK(verified->claims.subject == "user-1");
  CHECK(verified->claims.audience == std::vector<std::string>{"app"});
  CHECK(verified->claims.expires_s == now_s + 900);
  CHECK(verified->claims.not_before_s == now_s);
  CHECK(verified->claims.issued_s == now_s);
  CHECK(verified->claims.id == "jti-1");
  CHECK(verified->payload ==
        R"({"iss":"https://api.example","sub":"user-1","aud":"app","exp":1800000900,"nbf":1800000000,)"
        R"("iat":1800000000,"jti":"jti-1","role":"creator","scope":["a","b"]})");
}

TEST_CASE("the example of RFC 7515 appendix A.1 verifies") {
  const auto key =
      base64url_decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  const KeyRing keys = ring_of({{"any", key.value()}});
  const std::string_view token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const TokenRules rules{.type = "JWT", .issuer = "joe", .key_id = KeyId::optional};
  CHECK(verify_jwt(keys, token, rules, 1300819379).has_value());
  CHECK(verify_jwt(keys, token, rules, 1300819380 + 30).error() == TokenError::expired);
}

TEST_CASE("tokens for Stream come out as its SDK makes them") {
  const HmacSha256 key("abcdefghijklmnop");
  constexpr std::string_view header = R"({"alg":"HS256","typ":"JWT"})";
  CHECK(sign_jws(key, header, R"({"user_id":"42"})") ==
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiNDIifQ.fJP44ZlP7bly-2HvbPxBO7WUGJhc1i2hpj4TnXmtYLE");
  CHECK(sign_jws(key, header, R"({"resource":"analytics","action":"*","user_id":"*"})") ==
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyZXNvdXJjZSI6ImFuYWx5dGljcyIsImFjdGlvbiI6IioiLCJ1c2VyX2lkIjoiKiJ9."
        "f7KFu7U2Uw_yq__9hV4-wr9S0KXo7w3wxTELOAY4qdc");
}

TEST_CASE("a PlugNmeet webhook's token verifies without a key id and carries the body's digest") {
  const std::string api_secret = "zumyyYWqv7KR2kUqvYdq4z4sXg7XTBD2ljT6";
  const std::string digest = base64_encode(sha256(R"({"event":"room_finished"})"));
  const std::string token =
      sign_jws(HmacSha256(api_secret), R"({"alg":"HS256","typ":"JWT"})",
               R"({"exp":1800000300,"iss":"api-key","nbf":1800000000,"sha256":")" + digest + R"("})");
  const TokenRules rules{.type = "JWT", .issuer = "api-key", .key_id = KeyId::optional};
  const KeyRing keys = ring_of({{"new", std::string(32, 'n')}, {"old", api_secret}});
  const auto verified = verify_jwt(keys, token, rules, now_s);
  REQUIRE(verified.has_value());
  CHECK(verified->payload.contains(digest));
}

TEST_CASE("keys are rotated: the newest signs, an older one still verifies, one that is gone does not") {
  const KeyRing::Secret old_key{"old", std::string(32, 'o')};
  const KeyRing::Secret new_key{"new", std::string(32, 'n')};
  const KeyRing before = ring_of({old_key});
  const KeyRing between = ring_of({new_key, old_key});
  const KeyRing after = ring_of({new_key});
  const std::string old_token = sign_jwt(before, "at+jwt", access_claims()).value();
  const std::string new_token = sign_jwt(between, "at+jwt", access_claims()).value();
  CHECK(verify_jwt(between, old_token, access_rules(), now_s).has_value());
  CHECK(verify_jwt(between, new_token, access_rules(), now_s).has_value());
  CHECK(verify_jwt(after, new_token, access_rules(), now_s).has_value());
  CHECK(verify_jwt(after, old_token, access_rules(), now_s).error() == TokenError::unknown_key);
  CHECK(verify_jwt(before, new_token, access_rules(), now_s).error() == TokenError::unknown_key);
}

TEST_CASE("a key id does not lend its name to another key") {
  const KeyRing mine = ring_of({{"k1", std::string(32, 'x')}, {"k2", secret}});
  const std::string token = signed_token(good_header, good_payload);
  CHECK(verify_jwt(mine, token, access_rules(), now_s).error() == TokenError::bad_signature);
}

TEST_CASE("no algorithm but HS256 is taken, however it is spelled") {
  for (const std::string_view algorithm :
       {"none", "None", "NONE", "hs256", "HS384", "HS512", "RS256", "ES256", "PS256", "EdDSA", "", "HS256 ", "dir"}) {
    CAPTURE(algorithm);
    const std::string header = R"({"alg":")" + std::string(algorithm) + R"(","typ":"at+jwt","kid":"k1"})";
    CHECK(verdict_on_header(header) == to_string(TokenError::wrong_algorithm));
    const std::string unsigned_token = base64url_encode(header) + "." + base64url_encode(good_payload) + ".";
    CHECK(verdict(unsigned_token) == to_string(TokenError::wrong_algorithm));
  }
  CHECK(verdict_on_header(R"({"typ":"at+jwt","kid":"k1"})") == to_string(TokenError::malformed));
  CHECK(verdict_on_header(R"({"alg":256,"typ":"at+jwt","kid":"k1"})") == to_string(TokenError::malformed));
  CHECK(verdict_on_header(R"({"alg":["HS256"],"typ":"at+jwt","kid":"k1"})") == to_string(TokenError::malformed));
  CHECK(verdict_on_header(R"({"alg":null,"typ":"at+jwt","kid":"k1"})") == to_string(TokenError::malformed));
}

TEST_CASE("a header with doubts is refused") {
  CHECK(verdict_on_header(good_header) == "accepted");
  CHECK(verdict_on_header(R"({"alg":"HS256","typ":"at+jwt","kid":"k1","crit":["exp"],"exp":1})") ==
        to_string(TokenError::critical_header));
  CHECK(verdict_on_header(R"({"alg":"HS256","typ":"at+jwt","kid":"k1","crit":[]})") ==
        to_string(TokenError::critical_header));
  CHECK(verdict_on_header(R"({"alg":"HS256","typ":"at+jwt","kid":"k1","crit":null})") ==
        to_string(TokenError::critical_header));
  for (const std::string_view header :
       {R"({"alg":"HS256","alg":"HS256","typ":"at+jwt","kid":"k1"})",
        R"({"alg":"none","alg":"HS256","typ":"at+jwt","kid":"k1"})",
        R"({"alg":"HS256","typ":"at+jwt","kid":"k1","\u0061lg":"none"})",
        R"({"alg":"HS256","typ":"at+jwt","kid":"k1","kid":"k1"})",
        R"({"alg":"HS256","typ":"at+jwt","kid":"k1","x":{"y":1,"y":1}})", R"({"alg":"HS256","typ":"at+jwt","kid":1})",
        R"({"alg":"HS256","typ":"at+jwt","kid":""})", R"({"alg":"HS256","typ":7,"kid":"k1"})", R"(["alg","HS256"])",
        R"("HS256")", R"({"alg":"HS256","typ":"at+jwt","kid":"k1"} {})", R"({"alg":"HS256","typ":"at+jwt","kid":"k1")",
        "", "null", "{}"}) {
    CAPTURE(header);
    CHECK(verdict_on_header(header) == to_string(TokenError::malformed));
  }
  CHECK(verdict_on_header(R"({"alg":"HS256","typ":"at+jwt","kid":"k2"})") == to_string(TokenError::unknown_key));
  CHECK(verdict_on_header(R"({"alg":"HS256","typ":"at+jwt"})") == to_string(TokenError::unknown_key));
}

TEST_CASE("a token cannot bring its own key") {
  const std::string attacker_key(32, 'a');
  const std::string header = R"({"alg":"HS256","typ":"at+jwt","kid":"k1","jwk":{"kty":"oct","k":")" +
                             base64url_encode(attacker_key) + R"("},"jku":"https://evil.example/keys","x5u":"x"})";
  CHECK(verdict(sign_jws(HmacSha256(attacker_key), header, good_payload)) == to_string(TokenError::bad_signature));
}

TEST_CASE("a token of another kind is refused") {
  for (const std::string_view header :
       {R"({"alg":"HS256","typ":"rt+jwt","kid":"k1"})", R"({"alg":"HS256","typ":"JWT","kid":"k1"})",
        R"({"alg":"HS256","kid":"k1"})", R"({"alg":"HS256","typ":"at+jwt ","kid":"k1"})",
        R"({"alg":"HS256","typ":"text/at+jwt","kid":"k1"})"}) {
    CAPTURE(header);
    CHECK(verdict_on_header(header) == to_string(TokenError::wrong_type));
  }
  CHECK(verdict_on_header(R"({"alg":"HS256","typ":"AT+JWT","kid":"k1"})") == "accepted");
  CHECK(verdict_on_header(R"({"alg":"HS256","typ":"application/at+jwt","kid":"k1"})") == "accepted");
}

TEST_CASE("a token has three canonical parts") {
  const std::string token = signed_token(good_header, good_payload);
  const std::string header = token.substr(0, token.find('.'));
  const std::string payload = token.substr(token.find('.') + 1, token.rfind('.') - token.find('.') - 1);
  const std::string tag = token.substr(token.rfind('.') + 1);
  CHECK(verdict(token) == "accepted");
  const std::vector<std::string> not_three_parts = {"",          ".",
                                                    "..",        "...",
                                                    header,      header + "." + payload,
                                                    token + ".", token + ".x",
                                                    "." + token, R"({"payload":"x","signatures":[]})"};
  const std::vector<std::string> not_canonical = {
      " " + token,
      token + " ",
      token + "\n",
      token + "=",
      "Bearer " + token,
      std::format("{}=.{}.{}", header, payload, tag),
      std::format("{}.{}=.{}", header, payload, tag),
      std::format("{}. {}.{}", header, payload, tag),
  };
  for (const std::string& bad : not_three_parts) {
    CAPTURE(bad);
    CHECK(verdict(bad) == to_string(TokenError::malformed));
  }
  for (const std::string& bad : not_canonical) {
    CAPTURE(bad);
    CHECK(verdict(bad) == to_string(TokenError::malformed));
  }
  // The tag's last character has two bits that no byte uses; setting one must not be another spelling of the tag.
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string stray = token;
  stray.back() = alphabet[alphabet.find(stray.back()) | 1];
  CHECK(verdict(stray) == to_string(TokenError::malformed));
  CHECK(verdict(header + "." + payload + ".") == to_string(TokenError::bad_signature));
  CHECK(verdict(header + "." + payload + "." + tag.substr(0, 42)) != "accepted");
}

TEST_CASE("a changed bit anywhere ends a token") {
  const std::string token = signed_token(good_header, good_payload);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] ^= 1;
    CAPTURE(i);
    CHECK(verdict(altered) != "accepted");
  }
}

TEST_CASE("a token of more than 8 KB is not looked at") {
  const std::string big(longest_token, 'x');
  CHECK(verdict(big + "x") == to_string(TokenError::too_large));
  const std::string payload = std::string(good_payload.substr(0, good_payload.size() - 1)) + R"(,"x":")" +
                              std::string(longest_token, 'x') + R"("})";
  CHECK(verdict_on_payload(payload) == to_string(TokenError::too_large));
}

TEST_CASE("claims must be one plain object with members of their types") {
  const auto with = [](std::string_view member) {
    return R"({"iss":"https://api.example","aud":"app","exp":1800000900,)" + std::string(member) + "}";
  };
  CHECK(verdict_on_payload(with(R"("x":1)")) == "accepted");
  for (const std::string& payload : {std::string(),
                                     std::string("null"),
                                     std::string("[]"),
                                     std::string(good_payload) + "x",
                                     std::string(R"({"iss":"https://api.example","aud":"app"})"),
                                     with(R"("exp":1800000900)"),
                                     with(R"("\u0065xp":1800000900)"),
                                     with(R"("x":1,"x":1)"),
                                     with(R"("x":[{"y":1,"y":2}])"),
                                     with(R"("sub":1)"),
                                     with(R"("sub":"")"),
                                     with(R"("sub":null)"),
                                     with(R"("jti":[])"),
                                     with(R"("nbf":"1")"),
                                     with(R"("nbf":1.5)"),
                                     with(R"("nbf":-1)"),
                                     with(R"("iat":true)"),
                                     with(R"("iat":1e9)"),
                                     with(R"("iat":253402300800)"),
                                     with(R"("iat":18446744073709551615)"),
                                     with("\"x\":\"\xff\""),
                                     with(R"("x":"\ud800")"),
                                     with("\"x\":" + std::string(40, '[') + std::string(40, ']'))}) {
    CAPTURE(payload);
    CHECK(verdict_on_payload(payload) == to_string(TokenError::malformed_claims));
  }
  for (const std::string_view expiry :
       {"\"1800000900\"", "1800000900.0", "1.8e9", "-1", "253402300800", "9223372036854775807", "9223372036854775808",
        "99999999999999999999", "null", "true", "[]"}) {
    CAPTURE(expiry);
    CHECK(verdict_on_payload(R"({"iss":"https://api.example","aud":"app","exp":)" + std::string(expiry) + "}") ==
          to_string(TokenError::malformed_claims));
  }
}

TEST_CASE("a token lives from nbf and iat to exp, give or take the leeway") {
  const std::string token = signed_token(
      good_header, R"({"iss":"https://api.example","aud":"app","exp":1800000900,"nbf":1800000100,"iat":1800000000})");
  TokenRules rules = access_rules();
  rules.leeway_s = 10;
  const std::string_view expired = to_string(TokenError::expired);
  const std::string_view too_early = to_string(TokenError::not_yet_valid);
  CHECK(verdict(token, rules, 1800000909) == "accepted");
  CHECK(verdict(token, rules, 1800000910) == expired);
  CHECK(verdict(token, rules, 1800000090) == "accepted");
  CHECK(verdict(token, rules, 1800000089) == too_early);
  rules.leeway_s = 0;
  CHECK(verdict(token, rules, 1800000899) == "accepted");
  CHECK(verdict(token, rules, 1800000900) == expired);
  CHECK(verdict(token, rules, 1800000099) == too_early);
  rules.leeway_s = -100;
  CHECK(verdict(token, rules, 1800000899) == "accepted");
  rules.leeway_s = 1'000'000;
  CHECK(verdict(token, rules, 1800000900 + 299) == "accepted");
  CHECK(verdict(token, rules, 1800000900 + 300) == expired);
  CHECK(verdict(token, rules, std::numeric_limits<std::int64_t>::max()) == expired);
  CHECK(verdict(token, rules, std::numeric_limits<std::int64_t>::min()) == too_early);
  const std::string issued_later =
      signed_token(good_header, R"({"iss":"https://api.example","aud":"app","exp":1800000900,"iat":1800000100})");
  CHECK(verdict(issued_later) == too_early);
}

TEST_CASE("a token of another issuer or for another audience is refused") {
  const auto of = [](std::string_view issuer_and_audience) {
    return verdict_on_payload(R"({"exp":1800000900)" + std::string(issuer_and_audience) + "}");
  };
  const std::string_view issuer = to_string(TokenError::wrong_issuer);
  const std::string_view audience = to_string(TokenError::wrong_audience);
  CHECK(of(R"(,"iss":"https://api.example","aud":"app")") == "accepted");
  CHECK(of(R"(,"iss":"https://api.example","aud":["x","app"])") == "accepted");
  CHECK(of(R"(,"aud":"app")") == issuer);
  CHECK(of(R"(,"iss":"https://api.example/","aud":"app")") == issuer);
  CHECK(of(R"(,"iss":"HTTPS://api.example","aud":"app")") == issuer);
  CHECK(of(R"(,"iss":"https://api.example")") == audience);
  CHECK(of(R"(,"iss":"https://api.example","aud":"application")") == audience);
  CHECK(of(R"(,"iss":"https://api.example","aud":["x","y"])") == audience);
  CHECK(of(R"(,"iss":"https://api.example","aud":[])") == to_string(TokenError::malformed_claims));
  CHECK(of(R"(,"iss":"https://api.example","aud":["app",1])") == to_string(TokenError::malformed_claims));
  CHECK(of(R"(,"iss":"https://api.example","aud":{"app":1})") == to_string(TokenError::malformed_claims));
  TokenRules nobody = access_rules();
  nobody.audience.reset();
  CHECK(verdict(signed_token(good_header, good_payload), nobody) == audience);
  TokenRules unset = access_rules();
  unset.issuer.clear();
  CHECK(verdict(signed_token(good_header, R"({"aud":"app","exp":1800000900})"), unset) == issuer);
}

TEST_CASE("claims are not looked at before the signature holds") {
  const KeyRing keys = test_ring();
  const std::string forged = sign_jws(HmacSha256(std::string(32, 'f')), good_header, R"({"exp":1})");
  CHECK(verify_jwt(keys, forged, access_rules(), now_s).error() == TokenError::bad_signature);
}

TEST_CASE("nothing is signed that would not verify") {
  const KeyRing keys = test_ring();
  const auto is_signed = [&](const Claims& claims, std::vector<PrivateClaim> more = {}) {
    return sign_jwt(keys, "at+jwt", claims, more).has_value();
  };
  CHECK(is_signed(access_claims()));
  CHECK_FALSE(sign_jwt(keys, "", access_claims()).has_value());
  CHECK_FALSE(sign_jwt(keys, "\xff", access_claims()).has_value());
  Claims claims = access_claims();
  claims.issuer.clear();
  CHECK_FALSE(is_signed(claims));
  claims = access_claims();
  claims.expires_s = -1;
  CHECK_FALSE(is_signed(claims));
  claims = access_claims();
  claims.expires_s = std::numeric_limits<std::int64_t>::max();
  CHECK_FALSE(is_signed(claims));
  claims = access_claims();
  claims.subject = "\xff";
  CHECK_FALSE(is_signed(claims));
  claims = access_claims();
  claims.subject = std::string(longest_token, 'x');
  CHECK_FALSE(is_signed(claims));
  claims.subject = "quote \" backslash \\ line \n nul " + std::string(1, '\0');
  const auto token = sign_jwt(keys, "at+jwt", claims);
  REQUIRE(token.has_value());
  CHECK(verify_jwt(keys, *token, access_rules(), now_s)->claims.subject == claims.subject);
  CHECK(is_signed(access_claims(), {{"role", R"("x")"}}));
  CHECK_FALSE(is_signed(access_claims(), {{"exp", "9"}}));
  CHECK_FALSE(is_signed(access_claims(), {{"role", "1"}, {"role", "2"}}));
  CHECK_FALSE(is_signed(access_claims(), {{"role", R"(1,"admin":true)"}}));
  CHECK_FALSE(is_signed(access_claims(), {{"role", "x"}}));
  CHECK_FALSE(is_signed(access_claims(), {{"role", ""}}));
}
