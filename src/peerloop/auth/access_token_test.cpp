#include "peerloop/auth/access_token.h"

#include <doctest/doctest.h>

#include "base/encoding.h"
#include "crypto/hmac.h"
#include "crypto/jws.h"
#include "native/peerloop_server.h"
#include "peerloop/auth/token_keys.h"

namespace isthmus::native {

namespace {

const std::string first_key = base64_encode(std::string(32, 'a'));
const std::string second_key = base64url_encode(std::string(48, '\xff'));

Reply me(PeerloopServer& server, const std::string& token) {
  return server.get("/api/auth/me", server.stranger().with("authorization", "Bearer " + token));
}

Json part(const std::string& token, int index) {
  std::string_view rest = token;
  for (; index > 0; --index) rest.remove_prefix(rest.find('.') + 1);
  return Json::parse(*base64url_decode(rest.substr(0, rest.find('.'))));
}

/// The token with another header or payload, signed with the right key.
std::string forged(const Json& header, const Json& payload, const std::string& key) {
  return crypto::sign_jws(crypto::HmacSha256(key), header.dump(), payload.dump());
}

}  // namespace

TEST_CASE("an access token says who, until when, for whom, and nothing else") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  const Json header = part(ada.access_token, 0);
  CHECK(header["alg"] == "HS256");
  CHECK(header["typ"] == "at+jwt");
  CHECK(header["kid"].get<std::string>().size() == 16);
  const Json claims = part(ada.access_token, 1);
  CHECK(claims["sub"] == ada.id);
  CHECK(claims["iss"] == "peerloop");
  CHECK(claims["aud"] == "peerloop-api");
  CHECK(claims["roles"] == Json{"student"});
  CHECK(claims["ver"] == 1);
  CHECK(claims["exp"].get<std::int64_t>() - claims["iat"].get<std::int64_t>() == 3600);
  CHECK(claims.contains("jti"));
  CHECK(claims.size() == 8);
}

TEST_CASE("forged, foreign and expired tokens are refused") {
  PeerloopServer server;
  const Account ada = server.sign_up("ada");
  const Json header = part(ada.access_token, 0);
  const Json claims = part(ada.access_token, 1);
  const std::string key(32, '0');
  const std::string real = *base64_decode(server.world.settings.values["JWT_SECRET"]);
  REQUIRE(me(server, forged(header, claims, real)).status == 200);

  const auto changed = [](Json json, const char* name, const Json& value) {
    json[name] = value;
    return json;
  };
  const std::string unsigned_token =
      base64url_encode(R"({"alg":"none","typ":"at+jwt"})") + '.' + base64url_encode(claims.dump()) + '.';
  for (const std::string& token :
       {forged(header, claims, key), forged(changed(header, "alg", "HS512"), claims, real),
        forged(changed(header, "alg", "none"), claims, real), forged(changed(header, "typ", "JWT"), claims, real),
        forged(changed(header, "kid", "another"), claims, real), forged(header, changed(claims, "aud", "other"), real),
        forged(header, changed(claims, "iss", "other"), real), forged(header, changed(claims, "sub", ""), real),
        forged(header, changed(claims, "ver", "1"), real), unsigned_token, ada.refresh_token, std::string("x.y.z")}) {
    const Reply reply = me(server, token);
    CHECK_MESSAGE(reply.status == 401, token);
    CHECK(reply.code() == "invalid_token");
  }
  const Reply empty = server.get("/api/auth/me", server.stranger().with("authorization", "Basic abc"));
  CHECK(empty.status == 401);
  server.world.scheduler.advance(hour + 6 * second);
  CHECK(me(server, ada.access_token).code() == "token_expired");
}

TEST_CASE("keys are rotated without signing anyone out") {
  PeerloopServer server;
  auto& settings = server.world.settings.values;
  settings["JWT_SECRET"] = first_key;
  const Account before = server.sign_up("ada");
  settings["JWT_SECRET"] = second_key;
  settings["JWT_PREVIOUS_SECRETS"] = " " + first_key + " ,";
  CHECK(server.get("/api/auth/me", before).status == 200);
  const Account after = server.account_of(server.refresh(before.refresh_token));
  CHECK(part(after.access_token, 0)["kid"] != part(before.access_token, 0)["kid"]);
  settings["JWT_PREVIOUS_SECRETS"] = "";
  CHECK(server.get("/api/auth/me", before).code() == "invalid_token");
  CHECK(server.get("/api/auth/me", after).status == 200);
}

TEST_CASE("how keys and lives may be written") {
  MapSettings settings;
  CHECK_FALSE(peerloop::token_keys(settings).has_value());
  for (const std::string& good : {first_key, second_key, " " + first_key + "\n"}) {
    settings.values["JWT_SECRET"] = good;
    CHECK(peerloop::token_keys(settings).has_value());
  }
  settings.values["JWT_PREVIOUS_SECRETS"] = first_key;
  CHECK(peerloop::token_keys(settings).has_value());
  settings.values["JWT_PREVIOUS_SECRETS"] = "too+short";
  CHECK_FALSE(peerloop::token_keys(settings).has_value());

  CHECK(*peerloop::access_token_life(settings) == hour);
  for (const auto& [text, life] : std::initializer_list<std::pair<const char*, Millis>>{
           {"60", minute}, {"86400", day}, {"604800", day}, {" 900 ", 15 * minute}}) {
    settings.values["JWT_EXPIRY"] = text;
    CHECK(*peerloop::access_token_life(settings) == life);
  }
  for (const char* wrong : {"24h", "0", "-1", "59", "1e9"}) {
    settings.values["JWT_EXPIRY"] = wrong;
    CHECK_FALSE(peerloop::access_token_life(settings).has_value());
  }
}

}  // namespace isthmus::native
