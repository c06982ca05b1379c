#include "native/fake_stripe.h"

#include <algorithm>

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
  if (request.method == "GET") {
    const std::string path = request.url.substr(std::string_view("https://stripe.test").size());
    const auto question = path.find('?');
    std::map<std::string, std::string> query;
    if (question != std::string::npos)
      for (auto& [name, value] : parse_query(path.substr(question + 1))) query[name] = value;
    return read(path.substr(0, question), query);
  }
  const bool is_transfer = request.url.ends_with("/v1/transfers");
  if (is_transfer && world_.now() < no_transfers_until) return refusal(503, "api_error", "");
  const std::string key = header_of(request, "idempotency-key");
  const std::string what = request.url + '\n' + request.body;
  const auto kept = kept_.find(key);
  const bool is_known = kept != kept_.end() && (!keys_kept || world_.now() - kept->second.since < *keys_kept);
  if (is_known) {
    if (kept->second.request != what) return refusal(400, "idempotency_error", "");
    if (world_.now() - kept->second.since < busy_for) {
      IncomingAnswer busy = refusal(409, "idempotency_error", "idempotency_key_in_use");
      busy.headers.emplace_back("stripe-should-retry", "true");
      return busy;
    }
  } else {
    kept_[key] = {what, execute(request), world_.now()};
  }
  if (is_transfer && world_.now() < transfers_unheard_until) return refusal(503, "api_error", "");
  return kept_[key].answer;
}

IncomingAnswer FakeStripe::execute(const OutgoingRequest& request) {
  const std::string path = request.url.substr(std::string_view("https://stripe.test").size());
  std::map<std::string, std::string> form;
  for (auto& [name, value] : parse_query(request.body)) form[name] = value;
  if (path == "/v1/checkout/sessions") return create_session(form);
  if (path == "/v1/refunds") return create_refund(form);
  if (path == "/v1/accounts") return create_account(form);
  if (path == "/v1/transfers") return create_transfer(form);
  if (path == "/v1/account_links") {
    const auto account = accounts.find(form.at("account"));
    if (account == accounts.end() || account->second.contains("deauthorized"))
      return refusal(400, "invalid_request_error", "resource_missing", "account");
    return answer_of(200, {{"object", "account_link"}, {"url", "https://connect.test/" + next_id("link_")}});
  }
  constexpr std::string_view transfers_path = "/v1/transfers/";
  if (path.starts_with(transfers_path) && path.ends_with("/reversals"))
    return create_reversal(path.substr(transfers_path.size(), path.size() - transfers_path.size() - 10), form);
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
  for (const auto& [id, dispute] : disputes)
    if (dispute["payment_intent"] == charge->first && !dispute["is_charge_refundable"].get<bool>())
      return refusal(400, "invalid_request_error", "charge_disputed");
  const std::int64_t cents = form.contains("amount") ? std::stoll(form.at("amount")) : left;
  if (cents > left) return refusal(400, "invalid_request_error", "", "amount");
  events_of_calls.push_back(refund(charge->first, cents));
  Json made{{"id", next_id("re_")},
            {"object", "refund"},
            {"status", "succeeded"},
            {"amount", cents},
            {"currency", charge->second["currency"]},
            {"charge", charge->second["id"]},
            {"payment_intent", charge->first},
            {"metadata", Json::object()}};
  if (form.contains("metadata[refund_id]")) made["metadata"]["refund_id"] = form.at("metadata[refund_id]");
  refunds.push_back(made);
  if (form.contains("expand[0]")) made["charge"] = charge->second;
  return answer_of(200, made);
}

IncomingAnswer FakeStripe::create_account(const std::map<std::string, std::string>& form) {
  const std::string id = next_id("acct_");
  accounts[id] = {{"id", id},
                  {"object", "account"},
                  {"type", form.at("type")},
                  {"charges_enabled", false},
                  {"payouts_enabled", false},
                  {"details_submitted", false},
                  {"capabilities", {{"transfers", "inactive"}}},
                  {"requirements", {{"disabled_reason", "requirements.past_due"}}},
                  {"metadata", {{"user_id", form.at("metadata[user_id]")}}}};
  return answer_of(200, accounts[id]);
}

Json FakeStripe::complete_account(const std::string& account) {
  Json& object = accounts[account];
  object["id"] = account;
  object["object"] = "account";
  object["payouts_enabled"] = true;
  object["details_submitted"] = true;
  object["capabilities"] = {{"transfers", "active"}};
  object["requirements"] = {{"disabled_reason", nullptr}};
  return account_event("account.updated", object, account);
}

IncomingAnswer FakeStripe::create_transfer(const std::map<std::string, std::string>& form) {
  const auto account = accounts.find(form.at("destination"));
  if (account == accounts.end()) return refusal(400, "invalid_request_error", "resource_missing", "destination");
  if (account->second["capabilities"]["transfers"] != "active")
    return refusal(400, "invalid_request_error", "insufficient_capabilities_for_transfer");
  const std::int64_t cents = std::stoll(form.at("amount"));
  std::int64_t sent = 0;
  for (const auto& [id, transfer] : transfers)
    if (transfer["source_transaction"] == form.at("source_transaction")) sent += transfer["amount"].get<std::int64_t>();
  bool paid = false;
  for (const auto& [intent, charge] : charges)
    if (charge["id"] == form.at("source_transaction")) paid = sent + cents <= charge["amount"].get<std::int64_t>();
  if (!paid) return refusal(400, "invalid_request_error", "", "source_transaction");
  const std::string id = next_id("tr_");
  transfers[id] = {{"id", id},
                   {"object", "transfer"},
                   {"amount", cents},
                   {"amount_reversed", 0},
                   {"created", world_.now().seconds()},
                   {"currency", form.at("currency")},
                   {"destination", account->first},
                   {"metadata", {{"transfer_id", form.at("metadata[transfer_id]")}}},
                   {"reversals", {{"object", "list"}, {"data", Json::array()}}},
                   {"source_transaction", form.at("source_transaction")},
                   {"transfer_group", form.at("transfer_group")}};
  events_of_calls.push_back(event("transfer.created", transfers[id]));
  return answer_of(200, transfers[id]);
}

IncomingAnswer FakeStripe::create_reversal(const std::string& transfer,
                                           const std::map<std::string, std::string>& form) {
  const auto found = transfers.find(transfer);
  if (found == transfers.end()) return refusal(404, "invalid_request_error", "resource_missing", "id");
  const std::int64_t cents = std::stoll(form.at("amount"));
  const std::int64_t left =
      found->second["amount"].get<std::int64_t>() - found->second["amount_reversed"].get<std::int64_t>();
  if (cents > left) return refusal(400, "invalid_request_error", "", "amount");
  if (empty_accounts.contains(found->second["destination"].get<std::string>()))
    return refusal(400, "invalid_request_error", "balance_insufficient");
  events_of_calls.push_back(reverse(transfer, cents, form.at("metadata[reversal_id]")));
  Json made = found->second["reversals"]["data"].front();
  made["transfer"] = found->second;
  return answer_of(200, made);
}

Json FakeStripe::reverse(const std::string& transfer, std::int64_t cents, const std::string& our_id) {
  Json& object = transfers.at(transfer);
  object["amount_reversed"] = object["amount_reversed"].get<std::int64_t>() + cents;
  Json made{{"id", next_id("trr_")},
            {"object", "transfer_reversal"},
            {"amount", cents},
            {"transfer", transfer},
            {"metadata", Json::object()}};
  if (!our_id.empty()) made["metadata"]["reversal_id"] = our_id;
  Json& list = object["reversals"]["data"];
  list.insert(list.begin(), made);
  if (list.size() > 10) list.erase(10);
  return event("transfer.reversed", object);
}

Json FakeStripe::dispute(const std::string& payment_intent, std::int64_t cents, std::string_view status) {
  const std::string id = next_id("du_");
  disputes[id] = {{"id", id},
                  {"object", "dispute"},
                  {"amount", cents},
                  {"charge", charges.at(payment_intent)["id"]},
                  {"currency", charges.at(payment_intent)["currency"]},
                  {"is_charge_refundable", status.starts_with("warning")},
                  {"payment_intent", payment_intent},
                  {"reason", "fraudulent"},
                  {"evidence_details", {{"due_by", world_.now().seconds() + 7 * 24 * 60 * 60}}},
                  {"status", status}};
  return event("charge.dispute.created", disputes[id]);
}

Json FakeStripe::move_dispute(const std::string& id, std::string_view status) {
  Json& object = disputes.at(id);
  object["status"] = status;
  object["is_charge_refundable"] = status.starts_with("warning") || status == "won" || status == "prevented";
  const bool over = status == "won" || status == "lost" || status == "warning_closed" || status == "prevented";
  return event(over ? "charge.dispute.closed" : "charge.dispute.updated", object);
}

Json FakeStripe::payout(const std::string& account, std::int64_t cents, std::string_view status,
                        const std::string& id) {
  Json object{{"id", id},
              {"object", "payout"},
              {"amount", cents},
              {"currency", "usd"},
              {"status", status},
              {"arrival_date", world_.now().seconds()},
              {"failure_code", status == "failed" ? Json("account_closed") : Json(nullptr)}};
  return account_event("payout." + std::string(status), object, account);
}

Json FakeStripe::account_event(std::string_view type, const Json& object, const std::string& account) {
  Json made = new_event(type, object);
  made["account"] = account;
  return made;
}

IncomingAnswer FakeStripe::list_events(const std::map<std::string, std::string>& query) const {
  std::set<std::string> types;
  for (const auto& [name, value] : query)
    if (name.starts_with("types[")) types.insert(value);
  std::vector<Json> found;
  const auto cursor = query.find("ending_before");
  bool is_behind = cursor == query.end();
  for (const Json& event : events) {
    if (is_behind && types.contains(event["type"].get<std::string>()) &&
        event["created"] < std::stoll(query.at("created[lt]")))
      found.push_back(event);
    is_behind = is_behind || event["id"] == cursor->second;
  }
  if (!is_behind) return refusal(404, "invalid_request_error", "resource_missing", "ending_before");
  const std::size_t limit = std::stoull(query.at("limit"));
  const bool has_more = found.size() > limit;
  // Those next to the cursor; without one the latest.
  if (has_more && cursor != query.end()) found.resize(limit);
  if (has_more && cursor == query.end()) found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(limit));
  std::ranges::reverse(found);
  return answer_of(200, {{"object", "list"}, {"data", found}, {"has_more", has_more}});
}

IncomingAnswer FakeStripe::read(const std::string& path, const std::map<std::string, std::string>& query) {
  const auto below = [&](std::string_view folder) {
    return path.starts_with(folder) ? path.substr(folder.size()) : std::string();
  };
  if (path == "/v1/events") return list_events(query);
  Json list{{"object", "list"}, {"data", Json::array()}};
  if (path == "/v1/transfers") {
    for (const auto& [id, transfer] : transfers)
      if (transfer["transfer_group"] == query.at("transfer_group")) list["data"].push_back(transfer);
    return answer_of(200, list);
  }
  if (path == "/v1/refunds") {
    for (const Json& refund : refunds) {
      if (refund["payment_intent"] != query.at("payment_intent")) continue;
      list["data"].push_back(refund);
      list["data"].back()["charge"] = charges.at(query.at("payment_intent"));
    }
    return answer_of(200, list);
  }
  if (const auto charge = charges.find(below("/v1/payment_intents/")); charge != charges.end())
    return answer_of(200,
                     {{"id", charge->first}, {"object", "payment_intent"}, {"latest_charge", charge->second["id"]}});
  if (const auto account = accounts.find(below("/v1/accounts/")); account != accounts.end())
    return answer_of(200, account->second);
  if (const auto transfer = transfers.find(below("/v1/transfers/")); transfer != transfers.end())
    return answer_of(200, transfer->second);
  return refusal(404, "invalid_request_error", "resource_missing", "id");
}

std::optional<Json> FakeStripe::pay(const std::string& session_id) {
  Json& session = sessions.at(session_id);
  if (session["status"] != "open") return std::nullopt;
  const std::string intent = next_id("pi_");
  session["status"] = "complete";
  session["payment_status"] = "paid";
  session["payment_intent"] = intent;
  session["url"] = nullptr;
  charge(session);
  return event("checkout.session.completed", session);
}

void FakeStripe::charge(const Json& session) {
  charges[session["payment_intent"].get<std::string>()] = {{"id", next_id("ch_")},
                                                           {"object", "charge"},
                                                           {"amount", session["amount_total"]},
                                                           {"amount_refunded", 0},
                                                           {"currency", session["currency"]},
                                                           {"metadata", session["intent_metadata"]},
                                                           {"payment_intent", session["payment_intent"]},
                                                           {"refunded", false}};
}

std::optional<Json> FakeStripe::begin_slow_payment(const std::string& session_id) {
  Json& session = sessions.at(session_id);
  if (session["status"] != "open") return std::nullopt;
  session["status"] = "complete";
  session["payment_intent"] = next_id("pi_");
  session["url"] = nullptr;
  return event("checkout.session.completed", session);
}

Json FakeStripe::end_slow_payment(const std::string& session_id, bool succeeds) {
  Json& session = sessions.at(session_id);
  if (!succeeds) return event("checkout.session.async_payment_failed", session);
  session["payment_status"] = "paid";
  charge(session);
  return event("checkout.session.async_payment_succeeded", session);
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

Json FakeStripe::fail_refund(Json& refund) {
  refund["status"] = "failed";
  return event("refund.failed", refund);
}

Json FakeStripe::deauthorize_account(const std::string& account) {
  Json& object = accounts.at(account);
  object["capabilities"] = {{"transfers", "inactive"}};
  object["deauthorized"] = true;
  return account_event("account.application.deauthorized", {{"id", "ca_test"}, {"object", "application"}}, account);
}

Json FakeStripe::event(std::string_view type, const Json& object) {
  return events.emplace_back(new_event(type, object));
}

Json FakeStripe::new_event(std::string_view type, const Json& object) {
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
