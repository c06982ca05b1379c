#include "simulation/mail_provider.h"

#include <algorithm>

#include "base/encoding.h"
#include "crypto/hmac.h"

namespace isthmus::simulation {

namespace {

using native::Json;

IncomingAnswer refusal(int status, std::string_view name) {
  return {status, {}, Json{{"statusCode", status}, {"name", name}, {"message", "no"}}.dump()};
}

}  // namespace

IncomingAnswer MailProvider::answer(const OutgoingRequest& request) {
  std::string key;
  for (const auto& [name, value] : request.headers)
    if (name == "idempotency-key") key = value;
  if (key.empty()) return refusal(400, "missing_idempotency_key");
  const Timestamp now = scheduler_.now();
  if (const auto known = kept_.find(key); known != kept_.end() && now < known->second.until) {
    if (known->second.body != request.body) return refusal(409, "invalid_idempotent_request");
    return {200, {}, Json{{"id", known->second.id}}.dump()};
  }
  const Json mail = Json::parse(request.body, nullptr, false);
  if (!mail.is_object() || !mail.contains("to")) return refusal(422, "validation_error");
  const auto text = [](const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); };
  Sent one{"mail_" + std::to_string(sent.size() + 1),
           key,
           text(mail["to"]),
           text(mail["subject"]),
           text(mail["text"]),
           {},
           {},
           now};
  for (const Json& tag : mail["tags"]) {
    if (tag["name"] == "template") one.mail = text(tag["value"]);
    if (tag["name"] == "outbox_id") one.outbox_id = text(tag["value"]);
  }
  one.is_repeated = kept_.contains(key);
  kept_[key] = {request.body, one.id, now + day};
  sent.push_back(std::move(one));
  return {200, {}, Json{{"id", sent.back().id}}.dump()};
}

native::Outgoing MailProvider::delivery(const std::string& event_id, const std::string& body,
                                        std::string_view secret) const {
  const std::string at = std::to_string(scheduler_.now().seconds());
  const std::string key = base64_decode(secret.substr(secret.find('_') + 1)).value_or("");
  const std::string signature = base64_encode(crypto::hmac_sha256(key, event_id + '.' + at + '.' + body));
  return {"POST",
          "/api/webhooks/resend",
          {{"svix-id", event_id}, {"svix-timestamp", at}, {"svix-signature", "v1," + signature}},
          body};
}

std::int64_t MailProvider::count(std::string_view mail) const {
  return std::ranges::count_if(sent, [&](const Sent& one) { return one.mail == mail && !one.is_repeated; });
}

std::string token_in(std::string_view text) {
  const auto at = text.find("token=");
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + 6);
  return std::string(rest.substr(0, rest.find_first_of(" \n\r")));
}

}  // namespace isthmus::simulation
