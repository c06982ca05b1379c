#include "native/fake_stripe.h"

#include "base/encoding.h"
#include "crypto/hmac.h"
#include "http/query_string.h"

namespace isthmus::native {

namespace {

IncomingAnswer answer_of(int status, const Json& body) {
  return {status, {{"content-type", "application/json"}, {"request-id", "req_test"}}, body.dump()};
}

IncomingAnswer refusal(int status, std::string_view type, std::string_view code, std::string_view param = "") {
  return answer_of(status, {{"error", {{"type", type}, {"code", code}, {"param", param}, {"message", "no"}}}});
}

std::string header_of(const OutgoingRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers)
    if (key == name) return value;
  return {};
}

}  // namespace

FakeStripe::FakeStripe(World& world) : world_(world) {
  world.settings.values["STRIPE_SECRET_KEY"] = "sk_test_key";
  world.settings.values["STRIPE_WEBHOOK_SECRET"] = webhook_secret;
  world.settings.values["STRIPE_URL"] = "https://stripe.test";
  world.http.respond = [this](const OutgoingRequest& request) -> Result<IncomingAnswer> {
    if (!request.url.starts_with("https://stripe.test/")) return IncomingAnswer{503, {}, "not Stripe"};
    if (instead) return instead(request);
    return respond(request);
  };
}

std::string FakeStripe::next_id(std::string_view prefix) { return std::string(prefix) + std::to_string(++last_id_); }

IncomingAnswer FakeStripe::respond(const OutgoingRequest& request) {
  const std::string key = header_of(request, "idempotency-key");
  const std::string what = request.url + '\n' + request.body;
  if (const auto kept = kept_.find(key); kept != kept_.end()) {
    if (kept->second.request != what) return refusal(400, "idempotency_error", "");
    if (world_.now() < kept->second.ready) {
      IncomingAnswer busy = refusal(409, "idempotency_error", "idempotency_key_in_use");
      busy.headers.emplace_back("stripe-should-retry", "true");
      return busy;
    }
    return kept->second.answer;
  }
  IncomingAnswer answer = execute(request);
  kept_[key] = {what, answer, world_.now() + busy_for};
  return answer;
}

IncomingAnswer FakeStripe::execute(const OutgoingRequest& request) {
  const std::string path = request.url.substr(std::string_view("https://stripe.test").size());
  std::map<std::string, std::string> form;
  for (auto& [name, value] : parse_query(request.body)) form[name] = value;
  if (path == "/v1/checkout/sessions") return create_session(form);
  if (path == "/v1/refunds") return create_refund(form);
  constexpr std::string_view sessions_path = "/v1/checkout/sessions/";
  if (path.starts_with(sessions_path) && path.ends_with("/expire")) {
    const std::string id = path.substr(sessions_path.size(), path.size() - sessions_path.size() - 7);
    const auto expired = expire(id);
    if (!expired) return refusal(400, "invalid_request_error", "");
    events_of_calls.push_back(*expired);
    return answer_of(200, sessions.at(id));
  }
  return refusal(404, "invalid_request_error", "");
}

IncomingAnswer FakeStripe::create_session(const std::map<std::string, std::string>& form) {
  const auto field = [&](const char* name) {
    const auto found = form.find(name);
    return found == form.end() ? std::string() : found->second;
  };
  if (const std::string email = field("customer_email"); !email.empty() && email.ends_with("@odd"))
    return refusal(400, "invalid_request_error", "email_invalid", "customer_email");
  const std::int64_t expires = std::stoll(field("expires_at"));
  const std::int64_t ahead = expires - world_.now().seconds();
  if (ahead < 30 * 60 || ahead > 24 * 60 * 60) return refusal(400, "invalid_request_error", "", "expires_at");
  const std::string id = next_id("cs_test_");
  Json session{{"id", id},
               {"object", "checkout.session"},
               {"amount_total", std::stoll(field("line_items[0][price_data][unit_amount]"))},
               {"currency", field("line_items[0][price_data][currency]")},
               {"client_reference_id", field("client_reference_id")},
               {"customer_email", field("customer_email")},
               {"expires_at", expires},
               {"metadata", {{"enrollment_id", field("metadata[enrollment_id]")}}},
               {"intent_metadata", {{"enrollment_id", field("payment_intent_data[metadata][enrollment_id]")}}},
               {"success_url", field("success_url")},
               {"payment_intent", nullptr},
               {"payment_status", "unpaid"},
               {"status", "open"},
               {"url", "https://pay.test/" + id}};
  sessions[id] = session;
  return answer_of(200, session);
}

IncomingAnswer FakeStripe::create_refund(const std::map<std::string, std::string>& form) {
  const auto charge = charges.find(form.at("payment_intent"));
  if (charge == charges.end()) return refusal(400, "invalid_request_error", "resource_missing", "payment_intent");
  const std::int64_t left =
      charge->second["amount"].get<std::int64_t>() - charge->second["amount_refunded"].get<std::int64_t>();
  if (left == 0) return refusal(400, "invalid_request_error", "charge_already_refunded");
  events_of_calls.push_back(refund(charge->first, form.contains("amount") ? std::stoll(form.at("amount")) : left));
  return answer_of(200, {{"id", next_id("re_")}, {"object", "refund"}, {"status", "succeeded"}});
}

std::optional<Json> FakeStripe::pay(const std::string& session_id) {
  Json& session = sessions.at(session_id);
  if (session["status"] != "open") return std::nullopt;
  const std::string intent = next_id("pi_");
  session["status"] = "complete";
  session["payment_status"] = "paid";
  session["payment_intent"] = intent;
  session["url"] = nullptr;
  charges[intent] = {{"id", next_id("ch_")},
                     {"object", "charge"},
                     {"amount", session["amount_total"]},
                     {"amount_refunded", 0},
                     {"currency", session["currency"]},
                     {"metadata", session["intent_metadata"]},
                     {"payment_intent", intent},
                     {"refunded", false}};
  return event("checkout.session.completed", session);
}

std::optional<Json> FakeStripe::expire(const std::string& session_id) {
  const auto session = sessions.find(session_id);
  if (session == sessions.end() || session->second["status"] != "open") return std::nullopt;
  session->second["status"] = "expired";
  session->second["url"] = nullptr;
  return event("checkout.session.expired", session->second);
}

Json FakeStripe::refund(const std::string& payment_intent, std::int64_t cents) {
  Json& charge = charges.at(payment_intent);
  charge["amount_refunded"] = charge["amount_refunded"].get<std::int64_t>() + cents;
  charge["refunded"] = charge["amount_refunded"] == charge["amount"];
  return event("charge.refunded", charge);
}

Json FakeStripe::event(std::string_view type, const Json& object) {
  return {{"id", next_id("evt_")},
          {"object", "event"},
          {"api_version", "2026-07-29.dahlia"},
          {"created", world_.now().seconds()},
          {"data", {{"object", object}}},
          {"livemode", false},
          {"type", type}};
}

Outgoing FakeStripe::delivery(const Json& event) const { return delivery_of_text(event.dump()); }

Outgoing FakeStripe::delivery_of_text(const std::string& body, std::string_view secret) const {
  const std::string at = std::to_string(world_.now().seconds());
  const std::string signature = hex_encode(crypto::hmac_sha256(secret, at + "." + body));
  return {"POST",
          "/api/webhooks/stripe",
          {{"content-type", "application/json"}, {"stripe-signature", "t=" + at + ",v1=" + signature}},
          body};
}

std::vector<std::string> FakeStripe::open_sessions() const {
  std::vector<std::string> open;
  for (const auto& [id, session] : sessions)
    if (session["status"] == "open") open.push_back(id);
  return open;
}

}  // namespace isthmus::native
