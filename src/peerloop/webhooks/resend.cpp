#include "peerloop/webhooks/resend.h"

#include "base/strings.h"
#include "crypto/webhook_signature.h"
#include "peerloop/mail/queries.h"
#include "peerloop/webhooks/event_time.h"

namespace isthmus::peerloop {

namespace {

/// Both families of names carry the same.
struct SignatureHeaders {
  std::string id;
  std::string timestamp;
  std::string signature;
};
SignatureHeaders signature_headers(Request& request) {
  if (auto id = request.header("svix-id"))
    return {*std::move(id), request.header("svix-timestamp").value_or(""),
            request.header("svix-signature").value_or("")};
  return {request.header("webhook-id").value_or(""), request.header("webhook-timestamp").value_or(""),
          request.header("webhook-signature").value_or("")};
}

/// What we want to know of an event about a mail.
struct MailNews {
  std::string email_id;
  std::string outbox_id;
  std::string address;
  std::string bounce_type;
  std::string note;
};

std::string text_at(JsonValue event, std::initializer_list<std::string_view> place) {
  return std::string(event.string_at(place).value_or(""));
}

/// The provider's own words for what went wrong. Its messages quote addresses, so only the classes are kept.
std::string note_of(JsonValue event) {
  const std::string type = text_at(event, {"data", "bounce", "type"});
  if (!type.empty()) return type + '/' + text_at(event, {"data", "bounce", "subType"});
  const std::string reason = text_at(event, {"data", "failed", "reason"});
  return reason.empty() ? text_at(event, {"data", "suppressed", "type"}) : reason;
}

MailNews read_news(JsonValue event) {
  MailNews news{text_at(event, {"data", "email_id"}),
                text_at(event, {"data", "tags", "outbox_id"}),
                {},
                text_at(event, {"data", "bounce", "type"}),
                note_of(event)};
  // Each of our mails goes to one address. What is about the address itself names it.
  if (const auto to = event.at({"data", "to"})) {
    to->for_each_element([&](JsonValue address) {
      if (news.address.empty()) news.address = to_lower_ascii(trim(address.string().value_or("")));
    });
  }
  if (news.address.empty()) news.address = to_lower_ascii(trim(text_at(event, {"data", "email"})));
  return news;
}

/// The status that a mail has after an event of this type; nothing for a type that means nothing to us.
std::string_view status_after(std::string_view type) {
  if (type == "email.delivered") return "delivered";
  if (type == "email.delivery_delayed") return "delayed";
  if (type == "email.bounced") return "bounced";
  if (type == "email.complained") return "complained";
  if (type == "email.failed") return "failed";
  if (type == "email.suppressed") return "suppressed";
  return {};
}

std::vector<Statement> effect_of(Host& host, const WebhookEvent& event, const MailNews& news, std::string_view status) {
  const Timestamp now = host.clock.now();
  const Timestamp at = event.created_at.value_or(now);
  const mail_queries::MailEvent change{news.email_id,
                                       news.outbox_id,
                                       host.random.uuid(now),
                                       status,
                                       news.note.empty() ? std::nullopt : std::optional(news.note),
                                       at};
  std::vector<Statement> effect;
  // The event may be faster than the answer to our own call. The tag says which mail it is about.
  effect.push_back(mail_queries::insert_mail_of_event(change));
  effect.push_back(mail_queries::set_mail_status(change));
  effect.push_back(ignored_unless_changed(event));
  // A full mailbox empties, a wrong address stays wrong.
  if (status == "bounced" && news.bounce_type == "Permanent")
    append(effect, mail_queries::note_refusal(news.email_id, news.address, "bounced", at, now));
  if (status == "suppressed")
    append(effect, mail_queries::note_refusal(news.email_id, news.address, "suppressed", at, now));
  if (status == "delivered") append(effect, mail_queries::note_arrival(news.email_id, news.address, at, now));
  if (status == "complained") effect.push_back(mail_queries::note_complaint(news.email_id, news.address, now));
  return effect;
}

/// The provider sends to this address again: somebody took it off the list of those that mails came back from.
constexpr std::string_view suppression_removed = "suppression.removed";

struct ReadEvent {
  WebhookEvent event;
  MailNews news;
};

Result<ReadEvent> read_event(std::string id, std::string body) {
  const auto json = parse_json(body);
  if (!json) return Failure(json.error());
  if (!json->is_object()) return Failure(bad_request("The event is no object."));
  ReadEvent read{{"resend", std::move(id), text_at(*json, {"type"}), event_time(text_at(*json, {"created_at"})), {}},
                 read_news(*json)};
  read.event.body = std::move(body);
  return read;
}

}  // namespace

Result<void> verify_resend_webhook(Request& request) {
  const auto list = split_list(request.settings().get("RESEND_WEBHOOK_SECRET"));
  const std::vector<std::string> secrets(list.begin(), list.end());
  const SignatureHeaders headers = signature_headers(request);
  const auto verified = crypto::verify_svix(headers.id, headers.timestamp, headers.signature, request.body(), secrets,
                                            request.now().seconds());
  if (verified) return {};
  const std::string why = "resend signature: " + std::string(to_string(verified.error()));
  if (verified.error() == crypto::SignatureError::bad_secret) return Failure(unavailable(why, 60));
  Error refusal = unauthorized("The signature of this webhook is missing, wrong or too old.", "invalid_signature");
  refusal.log = LogText(why);
  return Failure(std::move(refusal));
}

Task<Result<WebhookOutcome>> process_resend_event(Request& request, std::string event_id, std::string body) {
  Host& host = request.host();
  auto [event, news] = co_await read_event(std::move(event_id), std::move(body));
  if (event.type == suppression_removed && !news.address.empty()) {
    const Timestamp now = host.clock.now();
    std::vector<Statement> effect{mail_queries::note_release(news.address, event.created_at.value_or(now), now)};
    effect.push_back(ignored_unless_changed(event));
    co_return co_await record_event(host, std::move(event), std::move(effect));
  }
  const std::string_view status = status_after(event.type);
  if (status.empty() || news.email_id.empty()) co_return co_await record_ignored_event(host, std::move(event));
  if (status == "failed")
    LogLine(host, Log::Level::warning, "the provider could not send a mail")
        .with("emailId", news.email_id)
        .with("reason", news.note);
  auto effect = effect_of(host, event, news, status);
  co_return co_await record_event(host, std::move(event), std::move(effect));
}

Task<Result<Response>> take_resend_webhook(Request& request) {
  co_return webhook_answer(co_await process_resend_event(request, signature_headers(request).id, request.body()));
}

}  // namespace isthmus::peerloop
