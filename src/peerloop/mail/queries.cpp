#include "peerloop/mail/queries.h"

namespace isthmus::peerloop::mail_queries {

namespace {

/// Keeps the latest such moment of a mail to the address that its user still has.
Statement set_latest(std::string_view column, std::string_view provider_id, std::string_view address, Timestamp at) {
  const std::string name(column);
  return sql("UPDATE emails SET " + name + " = max(ifnull(" + name + R"(, 0), ?3)
      WHERE provider_email_id = ?1 AND ?2 = (SELECT email FROM users WHERE id = user_id))",
             provider_id, address, at);
}

}  // namespace

Statement recipient(std::string_view user_id) {
  return sql("SELECT name, email, email_status, deleted_at IS NOT NULL FROM users WHERE id = ?1", user_id);
}

Statement insert_sent_mail(const SentMail& mail, Timestamp now) {
  return sql(R"(
      INSERT INTO emails (id, outbox_id, user_id, template, provider_email_id, status, status_at, error, created_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7)
      ON CONFLICT DO NOTHING)",
             mail.id, mail.outbox_id, mail.user_id, mail.mail, mail.provider_id, mail.status, now, mail.note);
}

Statement insert_mail_of_event(const MailEvent& event) {
  return sql(R"(
      INSERT INTO emails (id, outbox_id, user_id, template, provider_email_id, status, status_at, created_at)
      SELECT ?1, o.id, u.id, json_extract(o.payload, '$.mail'), ?3, 'sent', o.created_at, o.created_at
      FROM outbox o JOIN users u ON u.id = json_extract(o.payload, '$.userId')
      WHERE o.id = ?2 AND o.kind = 'mail'
      ON CONFLICT DO NOTHING)",
             event.row_id, event.outbox_id, event.provider_id);
}

Statement set_mail_status(const MailEvent& event) {
  return sql(R"(
      UPDATE emails SET status = ?2, status_at = ?3, error = substr(?4, 1, 2000)
      WHERE provider_email_id = ?1 AND (status = 'sent' OR status_at <= ?3))",
             event.provider_id, event.status, event.at, event.note);
}

std::vector<Statement> note_refusal(std::string_view provider_id, std::string_view address, std::string_view status,
                                    Timestamp at, Timestamp now) {
  std::vector<Statement> batch{set_latest("refused_at", provider_id, address, at)};
  batch.push_back(sql(R"(
      UPDATE users SET email_status = ?3, updated_at = ?5
      WHERE id = (SELECT user_id FROM emails WHERE provider_email_id = ?1) AND email = ?2
        AND ifnull(email_freed_at, 0) <= ?4
        AND NOT EXISTS (SELECT 1 FROM emails m WHERE m.user_id = users.id AND m.delivered_at > ?4))",
                      provider_id, address, status, at, now));
  return batch;
}

std::vector<Statement> note_arrival(std::string_view provider_id, std::string_view address, Timestamp at,
                                    Timestamp now) {
  std::vector<Statement> batch{set_latest("delivered_at", provider_id, address, at)};
  batch.push_back(sql(R"(
      UPDATE users SET email_status = 'ok', updated_at = ?4
      WHERE id = (SELECT user_id FROM emails WHERE provider_email_id = ?1) AND email = ?2
        AND email_status IN ('bounced', 'suppressed')
        AND NOT EXISTS (SELECT 1 FROM emails m WHERE m.user_id = users.id AND m.refused_at > ?3))",
                      provider_id, address, at, now));
  return batch;
}

Statement note_release(std::string_view address, Timestamp at, Timestamp now) {
  return sql(R"(
      UPDATE users SET email_freed_at = max(ifnull(email_freed_at, 0), ?2), updated_at = ?3,
                       email_status = iif(email_status IN ('bounced', 'suppressed') AND NOT EXISTS (
                           SELECT 1 FROM emails m WHERE m.user_id = users.id AND m.refused_at > ?2), 'ok', email_status)
      WHERE email = ?1)",
             address, at, now);
}

Statement note_complaint(std::string_view provider_id, std::string_view address, Timestamp now) {
  return sql(R"(
      UPDATE users SET marketing_opt_out = 1, updated_at = ?3,
                       email_status = iif(email = ?2 AND email_status = 'ok', 'complained', email_status)
      WHERE id = (SELECT user_id FROM emails WHERE provider_email_id = ?1))",
             provider_id, address, now);
}

}  // namespace isthmus::peerloop::mail_queries
