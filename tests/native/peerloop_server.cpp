#include "native/peerloop_server.h"

#include <doctest/doctest.h>

namespace isthmus::native {

PeerloopServer::PeerloopServer(std::uint64_t seed) : TestServer(app(), "peerloop", seed) {
  world.settings.values = {{"JWT_SECRET", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="},
                           {"APP_URL", "https://app.example.org"},
                           {"RESEND_API_KEY", "re_test"},
                           {"RESEND_FROM_ADDRESS", "PeerLoop <noreply@example.org>"},
                           {"RESEND_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}};
  world.http.respond = [this](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{200, {}, R"({"id":"mail-)" + std::to_string(world.http.sent.size()) + R"("})"};
  };
}

Caller PeerloopServer::stranger() {
  const int network = ++networks_;
  return nobody.with("cf-connecting-ip", "10." + std::to_string(network / 250 / 250) + '.' +
                                             std::to_string(network / 250 % 250) + '.' + std::to_string(network % 250));
}

Account PeerloopServer::account_of(const Reply& reply) {
  const Json json = reply.json();
  REQUIRE_MESSAGE(json.contains("accessToken"), reply.body);
  Account account;
  if (json.contains("user")) {
    account.id = json["user"]["id"].get<std::string>();
    account.email = json["user"]["email"].get<std::string>();
  }
  account.access_token = json["accessToken"].get<std::string>();
  account.refresh_token = json["refreshToken"].get<std::string>();
  account.caller = stranger().with("authorization", "Bearer " + account.access_token);
  return account;
}

Account PeerloopServer::sign_up(std::string_view name, std::string_view role) {
  return account_of(post("/api/auth/signup",
                         {{"name", std::string(name)},
                          {"email", std::string(name) + "@example.org"},
                          {"password", std::string(password)},
                          {"role", std::string(role)}},
                         stranger()));
}

Reply PeerloopServer::sign_in(std::string_view email, std::string_view with_password) {
  return post("/api/auth/login", {{"email", std::string(email)}, {"password", std::string(with_password)}}, stranger());
}

Reply PeerloopServer::refresh(std::string_view refresh_token) {
  return post("/api/auth/refresh", {{"refreshToken", std::string(refresh_token)}}, stranger());
}

std::vector<Json> PeerloopServer::mails() const {
  std::vector<Json> all;
  for (const OutgoingRequest& request : world.http.sent)
    if (request.url.ends_with("/emails")) all.push_back(Json::parse(request.body));
  return all;
}

std::string PeerloopServer::mailed_token() const {
  const auto all = mails();
  REQUIRE_FALSE(all.empty());
  const auto text = all.back()["text"].get<std::string>();
  const auto start = text.find("token=");
  REQUIRE(start != std::string::npos);
  return text.substr(start + 6, text.find_first_of(" \n", start) - start - 6);
}

void PeerloopServer::run_cron() {
  StandaloneHost standalone(world);
  const auto done = run(world, app().scheduled(standalone.host(), "* * * * *", world.now()));
  CHECK_MESSAGE(done.has_value(), (done ? "" : done.error().log.value));
}

}  // namespace isthmus::native
