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
    auto provider = Resend::create(standalone.host());
    REQUIRE(provider.has_value());
    return run(world, provider->send(std::move(email), "key-1"));
  }
  /// However often it is asked.
  Result<std::string> send_and_hear(IncomingAnswer answer) {
    world.http.respond = [answer](const OutgoingRequest&) -> Result<IncomingAnswer> { return answer; };
    return send();
  }
  Result<std::vector<std::string>> send_batch(std::vector<Email> emails, std::string key) {
    auto provider = Resend::create(standalone.host());
    return run(world, provider->send_batch(std::move(emails), std::move(key)));
  }
  std::string header(std::string_view name) {
    for (const auto& [key, value] : world.http.sent.back().headers)
      if (key == name) return value;
    return {};
  }

  World world{"peerloop"};
  StandaloneHost standalone{world};
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
  post.world.http.respond = nullptr;
  CHECK(post.send().error().status == 503);
}

TEST_CASE("what fails in passing is sent again, as the same mail") {
  for (const auto& passing : {refusal(500, "internal_server_error"), refusal(429, "rate_limit_exceeded"),
                              refusal(409, "concurrent_idempotent_requests")}) {
    CAPTURE(passing.body);
    Post post;
    post.world.http.answers = {passing, passing, {200, {}, R"({"id":"mail-1"})"}};
    CHECK(post.send().value_or("") == "mail-1");
    const auto& sent = post.world.http.sent;
    REQUIRE(sent.size() == 3);
    CHECK(sent[0].body == sent[2].body);
    CHECK(sent[0].headers == sent[2].headers);
  }
}

TEST_CASE("what a moment will not change is asked once") {
  for (const auto& lasting : {refusal(429, "daily_quota_exceeded"), refusal(409, "invalid_idempotent_request"),
                              refusal(422, "validation_error"), refusal(401, "missing_api_key")}) {
    CAPTURE(lasting.body);
    Post post;
    CHECK_FALSE(post.send_and_hear(lasting).has_value());
    CHECK(post.world.http.sent.size() == 1);
  }
}

TEST_CASE("while Resend is down its circuit is open, and mails wait without asking") {
  Post post;
  for (int i = 0; i < Circuit::failures_to_open; ++i)
    CHECK(post.send_and_hear({503, {}, "down"}).error().code == "unavailable");
  const std::size_t sent = post.world.http.sent.size();
  const auto refused = post.send();
  CHECK(refused.error().code == "unavailable");
  CHECK(refused.error().retry_after_seconds == Circuit::first_pause / second);
  CHECK(post.world.http.sent.size() == sent);
  post.world.scheduler.advance(Circuit::first_pause);
  CHECK(post.send_and_hear({200, {}, R"({"id":"mail-1"})"}).has_value());
}

TEST_CASE("a mail may be sent later, and a batch may not") {
  Post post;
  Email email{"ada@example.org", "Hello", "<p>Hi</p>", "Hi", {}, {}};
  email.scheduled_at = Timestamp{1'790'000'000'000};
  post.world.http.answers.push_back({200, {}, R"({"id":"mail-1"})"});
  CHECK(post.send(email).has_value());
  CHECK(Json::parse(post.world.http.sent.back().body)["scheduled_at"] == "2026-09-21T14:13:20.000Z");
  CHECK(post.send_batch({email}, "key-2").error().status == 500);
  CHECK(post.world.http.sent.size() == 1);
}

TEST_CASE("a batch is all or none") {
  Post post;
  post.world.http.answers.push_back({200, {}, R"({"data":[{"id":"one"},{"id":"two"}]})"});
  const std::vector<Email> emails(2, Email{"a@b.c", "s", "h", "t", {}, {}});
  const auto ids = post.send_batch(emails, "key-2");
  REQUIRE(ids.has_value());
  CHECK(*ids == std::vector<std::string>{"one", "two"});
  CHECK(post.world.http.sent.back().url.ends_with("/emails/batch"));
  CHECK(Json::parse(post.world.http.sent.back().body).size() == 2);
  post.world.http.answers.push_back({200, {}, R"({"data":[{"id":"one"}]})"});
  CHECK_FALSE(post.send_batch(emails, "key-3").has_value());
}

TEST_CASE("mails wait while a setting is missing") {
  Post post;
  post.world.settings.values.erase("RESEND_API_KEY");
  const auto provider = Resend::create(post.standalone.host());
  REQUIRE_FALSE(provider.has_value());
  CHECK(provider.error().status == 503);
  CHECK(provider.error().log.value == "RESEND_API_KEY is not set");
}

}  // namespace isthmus::native
