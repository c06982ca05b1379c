#include "peerloop/webhooks/resend.h"

#include <doctest/doctest.h>

#include "base/encoding.h"
#include "crypto/hmac.h"
#include "native/peerloop_server.h"

namespace isthmus::native {

namespace {

constexpr std::string_view secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

std::string signature(std::string_view id, std::int64_t at_s, std::string_view body, std::string_view with = secret) {
  const std::string message = std::string(id) + '.' + std::to_string(at_s) + '.' + std::string(body);
  return "v1," + base64_encode(crypto::hmac_sha256(*base64_decode(with), message));
}

class Webhooks : public PeerloopServer {
 public:
  Webhooks() : ada(sign_up("ada")), email_id("mail-1"), outbox_id(world.database.text("SELECT id FROM outbox")) {}

  Reply deliver_text(std::string_view id, std::string body, std::string_view prefix = "svix") {
    const std::int64_t now = world.now().seconds();
    const std::string start(prefix);
    return send({"POST",
                 "/api/webhooks/resend",
                 {{start + "-id", std::string(id)},
                  {start + "-timestamp", std::to_string(now)},
                  {start + "-signature", signature(id, now, body)}},
                 body});
  }
  Reply deliver(std::string_view id, std::string_view type, Json data = Json::object(), Millis age = 0) {
    Json all{{"email_id", email_id}, {"to", {"ada@example.org"}}, {"tags", {{"outbox_id", outbox_id}}}};
    all.update(data);
    return deliver_text(id, Json{{"type", type}, {"created_at", to_rfc3339(world.now() - age)}, {"data", all}}.dump());
  }
  std::string outcome(const Reply& reply) {
    CHECK_MESSAGE(reply.status == 200, reply.body);
    CHECK(reply.json()["received"] == true);
    return reply.json()["outcome"].get<std::string>();
  }
  std::string mail_status() { return world.database.text("SELECT status FROM emails"); }
  std::string address_status() { return world.database.text("SELECT email_status FROM users"); }

  Account ada;
  std::string email_id;
  std::string outbox_id;
};

Json bounce(std::string_view type) {
  return {{"bounce", {{"type", type}, {"subType", "General"}, {"message", "ada@example.org!"}}}};
}

}  // namespace

TEST_CASE("a delivered mail is marked, once") {
  Webhooks server;
  CHECK(server.outcome(server.deliver("msg_1", "email.delivered")) == "processed");
  CHECK(server.mail_status() == "delivered");
  for (int i = 0; i < 20; ++i) CHECK(server.outcome(server.deliver("msg_1", "email.delivered")) == "duplicate");
  CHECK(server.world.database.count("SELECT count(*) FROM webhook_events") == 1);
}

TEST_CASE("an event from a time that cannot be has its effect, and no time") {
  Webhooks server;
  CHECK(server.outcome(server.deliver("msg_1", "email.delivered", Json::object(), -2000 * 365 * day)) == "processed");
  CHECK(server.mail_status() == "delivered");
  CHECK(server.outcome(server.deliver("msg_2", "email.complained", Json::object(), 1000 * 365 * day)) == "processed");
  CHECK(server.world.database.count("SELECT count(*) FROM webhook_events WHERE created_at IS NULL") == 2);
}

TEST_CASE("parallel deliveries of one event have one effect") {
  Webhooks server;
  const std::string body = Json{{"type", "email.delivered"},
                                {"created_at", to_rfc3339(server.world.now())},
                                {"data", {{"email_id", "mail-1"}}}}
                               .dump();
  const std::int64_t now = server.world.now().seconds();
  server.world.fates = [&](const HostCall&) {
    return Fate{Fate::Fault::none, Millis(server.world.scheduler.draw(9)), 1};
  };
  std::vector<std::unique_ptr<Exchange>> exchanges;
  for (int i = 0; i < 50; ++i)
    exchanges.push_back(server.begin({"POST",
                                      "/api/webhooks/resend",
                                      {{"svix-id", "msg_1"},
                                       {"svix-timestamp", std::to_string(now)},
                                       {"svix-signature", signature("msg_1", now, body)}},
                                      body}));
  server.world.scheduler.run();
  int processed = 0;
  for (const auto& exchange : exchanges) processed += server.outcome(exchange->reply()) == "processed";
  CHECK(processed == 1);
}

TEST_CASE("a permanent bounce marks the address, a transient one only the mail") {
  Webhooks server;
  CHECK(server.outcome(server.deliver("msg_1", "email.bounced", bounce("Transient"))) == "processed");
  CHECK(server.mail_status() == "bounced");
  CHECK(server.address_status() == "ok");
  CHECK(server.outcome(server.deliver("msg_2", "email.bounced", bounce("Permanent"))) == "processed");
  CHECK(server.address_status() == "bounced");
  CHECK(server.world.database.text("SELECT error FROM emails") == "Permanent/General");
  CHECK_FALSE(server.world.log.mentions("ada@example.org"));
}

TEST_CASE("a bounce of a former address says nothing about the new one") {
  Webhooks server;
  server.world.database.execute("UPDATE users SET email = 'new@example.org'");
  CHECK(server.outcome(server.deliver("msg_1", "email.bounced", bounce("Permanent"))) == "processed");
  CHECK(server.address_status() == "ok");
}

TEST_CASE("a mail that arrives repairs the address that one came back from") {
  Webhooks server;
  server.world.scheduler.advance(hour);
  server.deliver("msg_1", "email.bounced", bounce("Permanent"), 30 * minute);
  CHECK(server.address_status() == "bounced");
  SUBCASE("later") {
    // They asked for another one.
    server.world.database.execute(
        "INSERT INTO emails (id, user_id, template, provider_email_id, status_at, created_at)"
        " SELECT ?1, user_id, 'reset_password', 'mail-2', ?2, ?2 FROM emails",
        {server.world.new_id(), server.world.now().ms - 20 * minute});
    const Json second{{"email_id", "mail-2"}, {"tags", Json::object()}};
    CHECK(server.outcome(server.deliver("msg_2", "email.delivered", second, 10 * minute)) == "processed");
    CHECK(server.address_status() == "ok");
    // News of the one before that comes late says nothing any more.
    CHECK(server.outcome(server.deliver("msg_3", "email.bounced", bounce("Permanent"), 25 * minute)) == "processed");
    CHECK(server.address_status() == "ok");
  }
  SUBCASE("but not one that arrived before") {
    CHECK(server.outcome(server.deliver("msg_2", "email.delivered", Json::object(), 40 * minute)) == "ignored");
    CHECK(server.address_status() == "bounced");
  }
  SUBCASE("but not one that arrived before, where a complaint stands behind both") {
    server.deliver("msg_2", "email.complained", Json::object(), 10 * minute);
    CHECK(server.outcome(server.deliver("msg_3", "email.delivered", Json::object(), 40 * minute)) == "ignored");
    CHECK(server.mail_status() == "complained");
    CHECK(server.address_status() == "bounced");
  }
  SUBCASE("also where it was complained about") {
    server.deliver("msg_2", "email.delivered", Json::object(), 20 * minute);
    server.deliver("msg_3", "email.complained", Json::object(), 10 * minute);
    CHECK(server.address_status() == "complained");
    server.deliver("msg_4", "email.bounced", bounce("Permanent"), 25 * minute);
    CHECK(server.mail_status() == "complained");
    CHECK(server.address_status() == "complained");
  }
  SUBCASE("but not one to another address") {
    server.deliver("msg_2", "email.delivered", {{"to", {"eve@example.org"}}});
    CHECK(server.address_status() == "bounced");
  }
  SUBCASE("but no mail of somebody else's") {
    server.deliver("msg_2", "email.delivered", {{"email_id", "other"}, {"tags", Json::object()}});
    CHECK(server.address_status() == "bounced");
  }
}

TEST_CASE("an address that the provider sends to again is one that we send to again") {
  Webhooks server;
  server.world.scheduler.advance(hour);
  const auto removed = [&](std::string_view id, std::string_view address, Millis age) {
    const Json event{{"type", "suppression.removed"},
                     {"created_at", to_rfc3339(server.world.now() - age)},
                     {"data", {{"id", "sup-1"}, {"email", address}}}};
    return server.outcome(server.deliver_text(id, event.dump()));
  };
  server.deliver("msg_2", "email.suppressed", Json::object(), 30 * minute);
  CHECK(server.address_status() == "suppressed");
  CHECK(removed("msg_3", "eve@example.org", 0) == "ignored");
  CHECK(removed("msg_4", "", 0) == "ignored");
  CHECK(removed("msg_5", "ada@example.org", 40 * minute) == "processed");
  CHECK(server.address_status() == "suppressed");
  CHECK(removed("msg_6", "Ada@example.org", 10 * minute) == "processed");
  CHECK(server.address_status() == "ok");
  SUBCASE("also where a refusal from before that is told late") {
    server.deliver("msg_7", "email.bounced", bounce("Permanent"), 20 * minute);
    CHECK(server.address_status() == "ok");
    server.deliver("msg_8", "email.bounced", bounce("Permanent"), 5 * minute);
    CHECK(server.address_status() == "bounced");
  }
}

TEST_CASE("whoever complains gets no more marketing") {
  Webhooks server;
  CHECK(server.outcome(server.deliver("msg_1", "email.complained")) == "processed");
  CHECK(server.address_status() == "complained");
  CHECK(server.mail_status() == "complained");
  CHECK(server.world.database.count("SELECT marketing_opt_out FROM users") == 1);
}

TEST_CASE("failed and suppressed mails leave their reason") {
  Webhooks server;
  CHECK(server.outcome(server.deliver("msg_1", "email.failed", {{"failed", {{"reason", "reached_daily_quota"}}}})) ==
        "processed");
  CHECK(server.mail_status() == "failed");
  CHECK(server.world.log.mentions("reached_daily_quota"));
  server.deliver("msg_2", "email.suppressed", {{"suppressed", {{"type", "OnAccountSuppressionList"}}}});
  CHECK(server.world.database.text("SELECT error FROM emails") == "OnAccountSuppressionList");
  CHECK(server.address_status() == "suppressed");
}

TEST_CASE("an older event never overwrites a newer one") {
  Webhooks server;
  server.world.scheduler.advance(hour);
  server.deliver("msg_1", "email.bounced", bounce("Transient"));
  CHECK(server.outcome(server.deliver("msg_2", "email.delivered", Json::object(), minute)) == "ignored");
  CHECK(server.mail_status() == "bounced");
}

TEST_CASE("unknown types and unknown mails are stored as ignored") {
  Webhooks server;
  CHECK(server.outcome(server.deliver("msg_1", "email.opened")) == "ignored");
  CHECK(server.outcome(server.deliver("msg_2", "domain.updated", {{"email_id", nullptr}})) == "ignored");
  CHECK(server.outcome(server.deliver("msg_3", "email.delivered", {{"email_id", "other"}, {"tags", Json::object()}})) ==
        "ignored");
  CHECK(server.outcome(server.deliver("msg_4", "email.delivered", {{"email_id", 7}, {"to", "x"}, {"tags", "y"}})) ==
        "ignored");
  CHECK(server.world.database.count("SELECT count(*) FROM webhook_events WHERE status = 'ignored'") == 4);
  CHECK(server.mail_status() == "sent");
}

TEST_CASE("an event that overtakes the answer to our own call is not lost") {
  PeerloopServer server;
  server.world.http.respond = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{500, {}, ""};
  };
  server.sign_up("ada");
  const std::string outbox_id = server.world.database.text("SELECT id FROM outbox");
  const std::string body = Json{{"type", "email.bounced"},
                                {"created_at", to_rfc3339(server.world.now())},
                                {"data",
                                 {{"email_id", "mail-9"},
                                  {"to", {"ada@example.org"}},
                                  {"tags", {{"outbox_id", outbox_id}}},
                                  {"bounce", {{"type", "Permanent"}}}}}}
                               .dump();
  const std::int64_t now = server.world.now().seconds();
  const Reply reply = server.send({"POST",
                                   "/api/webhooks/resend",
                                   {{"webhook-id", "msg_1"},
                                    {"webhook-timestamp", std::to_string(now)},
                                    {"webhook-signature", signature("msg_1", now, body)}},
                                   body});
  CHECK(reply.json()["outcome"] == "processed");
  CHECK(server.world.database.text("SELECT email_status FROM users") == "bounced");
  CHECK(server.world.database.text("SELECT status || ' ' || template FROM emails") == "bounced verify_email");
}

TEST_CASE("signatures that do not count") {
  Webhooks server;
  const std::string body = R"({"type":"email.delivered","data":{"email_id":"mail-1"}})";
  const std::int64_t now = server.world.now().seconds();
  const auto send_signed = [&](std::string_view id, std::int64_t at, std::string signed_as, std::string text) {
    return server.send({"POST",
                        "/api/webhooks/resend",
                        {{"svix-id", std::string(id)},
                         {"svix-timestamp", std::to_string(at)},
                         {"svix-signature", std::move(signed_as)}},
                        std::move(text)});
  };
  const std::string other = base64_encode(std::string(24, 'x'));
  for (const Reply& reply :
       {send_signed("msg_1", now, signature("msg_1", now, body, other), body), send_signed("msg_1", now, "", body),
        send_signed("msg_2", now, signature("msg_1", now, body), body),
        send_signed("msg_1", now, signature("msg_1", now, body), body + " "),
        send_signed("msg_1", now - 301, signature("msg_1", now - 301, body), body),
        send_signed("msg_1", now + 302, signature("msg_1", now + 302, body), body),
        server.send({"POST", "/api/webhooks/resend", {}, body})}) {
    CHECK(reply.status == 401);
    CHECK(reply.code() == "invalid_signature");
  }
  CHECK(server.world.database.count("SELECT count(*) FROM webhook_events") == 0);
  CHECK(send_signed("msg_1", now, "v1,AAAA v2,xx " + signature("msg_1", now, body), body).status == 200);
}

TEST_CASE("a secret is replaced while the old one still counts") {
  Webhooks server;
  const std::string next = "whsec_" + base64_encode(std::string(32, 'n'));
  server.world.settings.values["RESEND_WEBHOOK_SECRET"] = next + ", whsec_" + std::string(secret);
  CHECK(server.deliver("msg_1", "email.delivered").status == 200);
  server.world.settings.values["RESEND_WEBHOOK_SECRET"] = next;
  CHECK(server.deliver("msg_2", "email.delivered").status == 401);
  server.world.settings.values["RESEND_WEBHOOK_SECRET"] = "";
  CHECK(server.deliver("msg_3", "email.delivered").status == 503);
}

TEST_CASE("a broken body is refused although it is signed") {
  Webhooks server;
  for (const char* body : {"", "{", "[]", "\"text\"", "{\"data\":{}}"}) {
    CHECK_MESSAGE(server.deliver_text("msg_1", body).status == 400, body);
  }
  CHECK(server.world.database.count("SELECT count(*) FROM webhook_events") == 0);
}

TEST_CASE("an event whose effect is refused is kept as failed, and may succeed later") {
  PeerloopServer server;
  StandaloneHost standalone(server.world);
  const auto try_it = [&](std::string_view guard) {
    peerloop::WebhookEvent event{"stripe", "evt_1", "checkout.session.completed", server.world.now(), "{}"};
    std::vector<Statement> effect;
    effect.push_back(sql("INSERT INTO rate_limits (key, started_at, expires_at, count) VALUES ('x', ?1, ?1 + 1, 1)",
                         server.world.now()));
    effect.push_back(sql(guard));
    return run(server.world, peerloop::record_event(standalone.host(), std::move(event), std::move(effect)));
  };
  constexpr std::string_view refuses = "INSERT INTO batch_guard (reason) VALUES ('state_changed')";
  for (int i = 0; i < 2; ++i) {
    const auto refused = try_it(refuses);
    REQUIRE_FALSE(refused.has_value());
    CHECK(violates(refused.error(), "guard:state_changed"));
    CHECK(server.world.database.text("SELECT status || ' ' || error FROM webhook_events").starts_with("failed "));
    CHECK(server.world.database.count("SELECT count(*) FROM rate_limits") == 0);
  }
  CHECK(*try_it("SELECT 1") == peerloop::WebhookOutcome::processed);
  CHECK(server.world.database.count(
            "SELECT count(*) FROM webhook_events WHERE status = 'processed' AND error IS NULL") == 1);
  CHECK(*try_it("SELECT 1") == peerloop::WebhookOutcome::duplicate);
  CHECK(*try_it(refuses) == peerloop::WebhookOutcome::duplicate);
}

}  // namespace isthmus::native
