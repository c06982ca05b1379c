#include "adapters/email/resend.h"

#include <doctest/doctest.h>

#include "native/server.h"

namespace isthmus::native {

namespace {

struct Post {
  Post() {
    world.settings.values = {{"RESEND_API_KEY", " re_key "}, {"RESEND_FROM_ADDRESS", "PeerLoop <noreply@example.org>"}};
  }

  Result<std::string> send(Email email = {"ada@example.org", "Hello", "<p>Hi</p>", "Hi", {{"template", "hello"}}, {}}) {
    auto provider = Resend::create(world.http, world.settings);
    REQUIRE(provider.has_value());
    return run(world, provider->send(std::move(email), "key-1"));
  }
  Result<std::string> send_and_hear(IncomingAnswer answer) {
    world.http.answers.push_back(std::move(answer));
    return send();
  }
  std::string header(std::string_view name) {
    for (const auto& [key, value] : world.http.sent.back().headers)
      if (key == name) return value;
    return {};
  }

  World world{"peerloop"};
};

IncomingAnswer refusal(int status, std::string_view name) {
  return {status, {}, Json{{"statusCode", status}, {"name", name}, {"message", "about ada@example.org"}}.dump()};
}

}  // namespace

TEST_CASE("a mail is sent as Resend's API wants it") {
  Post post;
  const auto id = post.send_and_hear({200, {}, R"({"id":"mail-1"})"});
  REQUIRE(id.has_value());
  CHECK(*id == "mail-1");
  const OutgoingRequest& sent = post.world.http.sent.back();
  CHECK(sent.method == "POST");
  CHECK(sent.url == "https://api.resend.com/emails");
  CHECK(post.header("authorization") == "Bearer re_key");
  CHECK(post.header("content-type") == "application/json");
  CHECK(post.header("idempotency-key") == "key-1");
  CHECK_FALSE(post.header("user-agent").empty());
  CHECK(Json::parse(sent.body) == Json{{"from", "PeerLoop <noreply@example.org>"},
                                       {"to", "ada@example.org"},
                                       {"subject", "Hello"},
                                       {"html", "<p>Hi</p>"},
                                       {"text", "Hi"},
                                       {"tags", {{{"name", "template"}, {"value", "hello"}}}}});
}

TEST_CASE("attachments travel as base64") {
  Post post;
  post.world.http.answers.push_back({200, {}, R"({"id":"mail-1"})"});
  REQUIRE(post.send({"a@b.c", "s", "h", "t", {}, {{"session.ics", "text/calendar", "BEGIN:VCALENDAR"}}}).has_value());
  const Json body = Json::parse(post.world.http.sent.back().body);
  CHECK_FALSE(body.contains("tags"));
  CHECK(body["attachments"] ==
        Json{{{"filename", "session.ics"}, {"content", "QkVHSU46VkNBTEVOREFS"}, {"content_type", "text/calendar"}}});
}

TEST_CASE("another address may be set, with or without a slash") {
  Post post;
  post.world.settings.values["RESEND_URL"] = "http://127.0.0.1:8788/resend/";
  post.send_and_hear({200, {}, R"({"id":"mail-1"})"});
  CHECK(post.world.http.sent.back().url == "http://127.0.0.1:8788/resend/emails");
}

TEST_CASE("errors say whether another try is worth it") {
  Post post;
  const auto code = [&](IncomingAnswer answer) {
    return std::string(post.send_and_hear(std::move(answer)).error().code);
  };
  CHECK(code(refusal(422, "validation_error")) == "email_rejected");
  CHECK(code(refusal(400, "invalid_idempotency_key")) == "email_rejected");
  CHECK(code(refusal(409, "invalid_idempotent_request")) == "email_sent_before");
  CHECK(code(refusal(409, "concurrent_idempotent_requests")) == "email_provider_busy");
  CHECK(code(refusal(401, "missing_api_key")) == "unavailable");
  CHECK(code(refusal(403, "invalid_api_key")) == "unavailable");
  CHECK(code(refusal(500, "internal_server_error")) == "unavailable");
  CHECK(code({502, {}, "<html>Bad gateway</html>"}) == "unavailable");
  CHECK(code({200, {}, "<html>Welcome to this hotel</html>"}) == "unavailable");
  CHECK(code({200, {}, R"({"id":)"}) == "unavailable");

  auto busy = refusal(429, "rate_limit_exceeded");
  busy.headers.emplace_back("retry-after", "7");
  const auto wait = post.send_and_hear(busy);
  CHECK(wait.error().status == 429);
  CHECK(wait.error().retry_after_seconds == 7);
  CHECK_FALSE(wait.error().log.value.contains("ada@"));
  CHECK(post.send().error().status == 503);
}

TEST_CASE("a batch is all or none") {
  Post post;
  auto provider = Resend::create(post.world.http, post.world.settings);
  post.world.http.answers.push_back({200, {}, R"({"data":[{"id":"one"},{"id":"two"}]})"});
  const std::vector<Email> emails(2, Email{"a@b.c", "s", "h", "t", {}, {}});
  const auto ids = run(post.world, provider->send_batch(emails, "key-2"));
  REQUIRE(ids.has_value());
  CHECK(*ids == std::vector<std::string>{"one", "two"});
  CHECK(post.world.http.sent.back().url.ends_with("/emails/batch"));
  CHECK(Json::parse(post.world.http.sent.back().body).size() == 2);
  post.world.http.answers.push_back({200, {}, R"({"data":[{"id":"one"}]})"});
  CHECK_FALSE(run(post.world, provider->send_batch(emails, "key-3")).has_value());
}

TEST_CASE("mails wait while a setting is missing") {
  Post post;
  post.world.settings.values.erase("RESEND_API_KEY");
  const auto provider = Resend::create(post.world.http, post.world.settings);
  REQUIRE_FALSE(provider.has_value());
  CHECK(provider.error().status == 503);
  CHECK(provider.error().log.value == "RESEND_API_KEY is not set");
}

}  // namespace isthmus::native
