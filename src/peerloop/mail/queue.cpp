#include "jobs/outbox.h"
#include "json/writer.h"
#include "peerloop/mail/delivery.h"
#include "peerloop/mail/mail.h"

namespace isthmus::peerloop {

namespace {

std::string dedupe_prefix(Mail mail) { return "mail:" + std::string(name_of(mail)) + ':'; }

}  // namespace

Statement queue_mail(Host& host, Mail mail, std::string_view user_id, std::string_view cause, std::string values_json) {
  JsonWriter payload;
  payload.begin_object().member("mail", name_of(mail)).member("userId", user_id);
  payload.raw_member("values", values_json).end_object();
  return enqueue(host, mail_outbox_kind, dedupe_prefix(mail) + std::string(user_id) + ':' + std::string(cause),
                 std::move(payload).text(), host.clock.now());
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
