#include "peerloop/mail/delivery.h"

#include "adapters/email/resend.h"
#include "peerloop/mail/mail.h"
#include "peerloop/mail/queries.h"
#include "peerloop/mail/render.h"

namespace isthmus::peerloop {

namespace {

/// What `queue_mail` wrote.
struct QueuedCalendar {
  std::string method, text;
};
constexpr auto schema(QueuedCalendar*) {
  return object("QueuedCalendar", field("method", &QueuedCalendar::method), field("text", &QueuedCalendar::text));
}

struct MailPayload {
  Mail mail = Mail::verify_email;
  std::string userId;
  RawJson values;
  std::optional<QueuedCalendar> calendar;
  std::optional<Timestamp> sendBefore;
};
constexpr auto schema(MailPayload*) {
  return object("MailPayload", field("mail", &MailPayload::mail), field("userId", &MailPayload::userId),
                field("values", &MailPayload::values), field("calendar", &MailPayload::calendar),
                field("sendBefore", &MailPayload::sendBefore));
}

Result<MailPayload> read_payload(std::string_view json) {
  const auto parsed = parse_json(json);
  if (!parsed) return Failure(parsed.error());
  auto payload = decode<MailPayload>(*parsed);
  if (!payload) payload.error().log = LogText("the payload of a mail is not readable");
  return payload;
}

/// What its reader asked for just now, and waits for. They may have repaired their mailbox since a mail came back; one
/// that comes back again harms nobody else.
bool is_asked_for(Mail mail) { return mail == Mail::verify_email || mail == Mail::reset_password; }

/// Why nothing is to be sent, or nothing.
std::optional<std::string> reason_to_skip(const std::optional<mail_queries::Recipient>& recipient,
                                          const MailPayload& payload, Timestamp now) {
  if (!recipient || recipient->deleted) return "not sent: the account is deleted";
  if (payload.sendBefore && now >= *payload.sendBefore) return "not sent: too late";
  const bool came_back = recipient->email_status == "bounced" || recipient->email_status == "suppressed";
  if (came_back && !is_asked_for(payload.mail)) return "not sent: the address is " + recipient->email_status;
  return std::nullopt;
}

std::vector<EmailAttachment> attachments_of(const MailPayload& payload) {
  if (!payload.calendar) return {};
  return {{"session.ics", "text/calendar; charset=utf-8; method=" + payload.calendar->method, payload.calendar->text}};
}

mail_queries::SentMail new_row(Host& host, const OutboxItem& item, const MailPayload& payload) {
  return {host.random.uuid(host.clock.now()), item.id, payload.userId, name_of(payload.mail), std::nullopt, "sent", {}};
}

Delivery delivered(Host& host, mail_queries::SentMail row) {
  Delivery delivery{row.provider_id.value_or(""), {}};
  delivery.statements.push_back(mail_queries::insert_sent_mail(row, host.clock.now()));
  return delivery;
}

}  // namespace

Task<Result<Delivery>> deliver_mail(Host& host, const OutboxItem& item) {
  const MailPayload payload = co_await read_payload(item.payload);
  const auto recipient = co_await host.database.first<mail_queries::Recipient>(mail_queries::recipient(payload.userId));
  mail_queries::SentMail row = new_row(host, item, payload);
  if (auto reason = reason_to_skip(recipient, payload, host.clock.now())) {
    row.status = "suppressed";
    row.note = std::move(reason);
    // Without an account there is nobody to refer to.
    if (!recipient) co_return Delivery{};
    co_return delivered(host, std::move(row));
  }

  const auto app_url = host.settings.find("APP_URL");
  if (!app_url) co_return Failure(unavailable("APP_URL is not set, so mails would have no links"));
  auto rendered = co_await render_mail(payload.mail, recipient->name, payload.values.text, *app_url);
  Resend provider = co_await Resend::create(host);
  Email email{recipient->email,
              std::move(rendered.subject),
              std::move(rendered.html),
              std::move(rendered.text),
              {{"template", std::string(name_of(payload.mail))}, {"outbox_id", item.id}},
              attachments_of(payload)};
  auto sent = co_await attempt(provider.send(std::move(email), item.dedupe_key));
  if (sent) {
    row.provider_id = *std::move(sent);
  } else if (sent.error().code == "email_sent_before") {
    // An earlier try succeeded and its answer was lost; the user's name has changed since, so it is another mail now.
    row.note = "sent before, under another wording";
  } else {
    co_return Failure(std::move(sent).error());
  }
  co_return delivered(host, std::move(row));
}

}  // namespace isthmus::peerloop
