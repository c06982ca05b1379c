#include "jobs/outbox.h"
#include "json/writer.h"
#include "peerloop/mail/delivery.h"
#include "peerloop/mail/mail.h"

namespace isthmus::peerloop {

namespace {

std::string dedupe_prefix(Mail mail) { return "mail:" + std::string(name_of(mail)) + ':'; }

}  // namespace

std::string mail_dedupe_key(Mail mail, std::string_view user_id, std::string_view cause) {
  return dedupe_prefix(mail) + std::string(user_id) + ':' + std::string(cause);
}

std::string mail_payload(Mail mail, std::string_view user_id, std::string_view values_json, const MailExtras& extras) {
  JsonWriter payload;
  payload.begin_object().member("mail", name_of(mail)).member("userId", user_id);
  payload.raw_member("values", values_json);
  if (extras.calendar) {
    payload.key("calendar").begin_object().member("method", extras.calendar->method);
    payload.member("text", extras.calendar->text).end_object();
  }
  if (extras.send_before) payload.member("sendBefore", to_rfc3339(*extras.send_before));
  return std::move(payload.end_object()).text();
}

Statement queue_mail(Host& host, Mail mail, std::string_view user_id, std::string_view cause, std::string values_json,
                     const MailExtras& extras) {
  return enqueue(host, mail_outbox_kind, mail_dedupe_key(mail, user_id, cause),
                 mail_payload(mail, user_id, values_json, extras), host.clock.now());
}

Statement withdraw_mails(std::string keys_json, Timestamp now) {
  return sql(R"(
      UPDATE outbox SET delivered_at = ?2, last_error = 'withdrawn', locked_until = NULL, payload = '{}'
      WHERE dedupe_key IN (SELECT value FROM json_each(?1)) AND delivered_at IS NULL AND dead_at IS NULL)",
             std::move(keys_json), now);
}

Statement queue_mail_to_holder(Host& host, Mail mail, std::string_view token_hash, std::string_view cause,
                               std::string values_json) {
  const Timestamp now = host.clock.now();
  return sql(R"(
      INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at)
      SELECT ?1, ?2, ?3 || user_id || ':' || ?4,
             json_object('mail', ?5, 'userId', user_id, 'values', json(?6)), ?7, ?7
      FROM one_time_tokens WHERE token_hash = ?8
      ON CONFLICT (dedupe_key) DO NOTHING)",
             host.random.uuid(now), mail_outbox_kind, dedupe_prefix(mail), cause, name_of(mail), std::move(values_json),
             now, token_hash);
}

}  // namespace isthmus::peerloop
