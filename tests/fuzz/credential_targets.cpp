#include <list>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/strings.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"
#include "crypto/jws.h"
#include "fuzz/steps.h"
#include "fuzz/target.h"
#include "http/pipeline.h"
#include "native/server.h"
#include "peerloop/auth/token_keys.h"

// What lets a caller in, on its way through the pipeline: the header of a signed-in user, and the signatures of every
// webhook of the route table.
namespace isthmus::fuzz {

namespace {

const std::string stripe_secret = "whsec_of_stripe";
const std::string svix_secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::string plugnmeet_secret = "a secret of plugNmeet that is long enough";
const std::string bigbluebutton_secret = "639259d4-9dd8-4b25-bf01-95f9567eaf4b";
const std::string stream_secret = "a secret of Stream";

Task<Result<Response>> answer_nothing(Request&) { co_return no_content(); }

/// The rows that `wanted` wants, as the table has them but for what they do.
const App& guards_only(bool (*wanted)(const Route&)) {
  static std::list<std::vector<Route>> tables;
  static std::list<App> apps;
  std::vector<Route>& rows = tables.emplace_back();
  for (Route row : app().routes) {
    if (!wanted(row)) continue;
    row.limit = flood_only;
    row.run = answer_nothing;
    rows.push_back(row);
  }
  holds(!rows.empty(), "there is something to guard");
  return apps.emplace_back(App{"guards", "Guards", rows, app().authenticator});
}

native::World& world_of_secrets() {
  static native::World& world = [] -> native::World& {
    static native::World made("peerloop");
    made.settings.values = {{"JWT_SECRET", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="},
                            {"STRIPE_WEBHOOK_SECRET", stripe_secret},
                            {"RESEND_WEBHOOK_SECRET", "whsec_" + svix_secret},
                            {"PLUGNMEET_API_KEY", "fuzz"},
                            {"PLUGNMEET_API_SECRET", plugnmeet_secret},
                            {"BIGBLUEBUTTON_SECRET", bigbluebutton_secret},
                            {"STREAM_API_SECRET", stream_secret}};
    return made;
  }();
  world.log.lines.clear();
  world.log.errors.clear();
  world.rate_limiter.asked.clear();
  return world;
}

native::Reply send(const Pipeline& pipeline, native::Outgoing outgoing) {
  native::World& world = world_of_secrets();
  const native::Exchange exchange(world, pipeline, std::move(outgoing));
  world.scheduler.run();
  return exchange.reply();
}

std::string bigbluebutton_token(std::string_view claims) {
  const std::string signed_part = base64url_encode(R"({"alg":"HS512","typ":"JWT"})") + '.' + base64url_encode(claims);
  return signed_part + '.' + base64url_encode(crypto::hmac_sha512(bigbluebutton_secret, signed_part));
}

/// What each provider sends beside a body that it has signed.
std::vector<Header> signed_headers(std::string_view body, Timestamp now) {
  const std::string time = std::to_string(now.seconds());
  const std::string digest = base64_encode(crypto::sha256(body));
  const std::string claims =
      R"({"iss":"fuzz","exp":)" + std::to_string(now.seconds() + 60) + R"(,"sha256":")" + digest + "\"}";
  const std::string svix = crypto::hmac_sha256(*base64_decode(svix_secret), "msg_1." + time + '.' + std::string(body));
  return {
      {"stripe-signature",
       "t=" + time + ",v1=" + hex_encode(crypto::hmac_sha256(stripe_secret, time + '.' + std::string(body)))},
      {"svix-id", "msg_1"},
      {"svix-timestamp", time},
      {"svix-signature", "v1," + base64_encode(svix)},
      {"hash-token", crypto::sign_jws(crypto::HmacSha256(plugnmeet_secret), R"({"alg":"HS256","typ":"JWT"})", claims)},
      {"authorization", "Bearer " + bigbluebutton_token(R"({"exp":)" + std::to_string(now.seconds() + 60) + '}')},
      {"x-signature", hex_encode(crypto::hmac_sha256(stream_secret, body))}};
}

}  // namespace

void read_authorization(std::string_view text) {
  static const Pipeline pipeline(guards_only([](const Route& row) { return row.path == "/api/auth/me"; }));
  const auto status_for = [](std::string header) {
    return send(pipeline, {"GET", "/api/auth/me", {{"authorization", std::move(header)}}, {}}).status;
  };
  holds(status_for(std::string(text)) == 401, "nobody is let in by what they made up");
  holds(status_for("Bearer " + std::string(text)) == 401, "nobody is let in by a token that they made up");
  // Signed as it stands, so that the readers behind the signature are reached as well.
  const auto keys = peerloop::token_keys(world_of_secrets().settings);
  const int signed_status = status_for("Bearer " + crypto::sign_jws(**keys, "at+jwt", text));
  holds(signed_status == 401 || signed_status == 204, "what we signed is read or refused");
}

/// The first line is what stands in every header of a signature, the rest is the body.
void read_webhook_signature(std::string_view text) {
  static const Pipeline pipeline(
      guards_only([](const Route& row) { return row.access.kind == Access::Kind::webhook; }));
  const std::string header(take_until(text, "\n"));
  native::World& world = world_of_secrets();
  const std::vector<Header> good = signed_headers(text, world.now());
  for (const Route& row : app().routes) {
    if (row.access.kind != Access::Kind::webhook) continue;
    native::Outgoing forged{std::string(name_of(row.method)), std::string(row.path), {}, std::string(text)};
    native::Outgoing genuine = forged;
    for (const auto& [name, value] : good) forged.headers.push_back({name, header});
    genuine.headers = good;
    holds(send(pipeline, std::move(forged)).status == 401, "nobody can sign: " + std::string(row.path));
    holds(send(pipeline, genuine).status == 204, "what is signed is taken: " + std::string(row.path));
    genuine.body += ' ';
    // BigBlueButton's token says nothing of the body.
    if (!row.path.contains("bigbluebutton"))
      holds(send(pipeline, std::move(genuine)).status == 401, "a signature is over one body");
  }
}

}  // namespace isthmus::fuzz
