#include "peerloop/auth/queries.h"

#include "peerloop/sql.h"

/// An AccountRow.
#define PEERLOOP_ACCOUNT \
  "SELECT u.id, u.name, u.handle, u.email, u.email_verified_at IS NOT NULL,"                                        \
  " (SELECT json_group_array(role) FROM (SELECT role FROM user_roles WHERE user_id = u.id ORDER BY role)), u.bio, " \
  PEERLOOP_AVATAR_URL("u") ", u.timezone, u.marketing_opt_out, u.created_at, u.password_hash, u.token_version,"     \
  " u.suspended_at IS NOT NULL FROM users u WHERE u.deleted_at IS NULL AND "

namespace isthmus::peerloop::auth_queries {

namespace {

/// Ended sessions are kept this long, to answer "who was that"; then cron removes them.
constexpr Millis ended_sessions_kept = 30 * day;

std::string_view text_of(Purpose purpose) {
  return purpose == Purpose::verify_email ? "verify_email" : "reset_password";
}

}  // namespace

Statement account_by_email(std::string_view normalized_email) {
  return sql(PEERLOOP_ACCOUNT "u.email = ?1", normalized_email);
}

Statement account_by_id(std::string_view user_id) { return sql(PEERLOOP_ACCOUNT "u.id = ?1", user_id); }

std::vector<Statement> insert_account(const NewAccount& account, Timestamp now) {
  return {
      sql(R"(
      INSERT INTO users (id, email, name, handle, password_hash, created_at, updated_at)
      SELECT ?1, ?2, ?3, iif(EXISTS (SELECT 1 FROM users WHERE handle = ?4), ?5, ?4), ?6, ?7, ?7
      RETURNING handle)",
          account.id, account.email, account.name, account.handle, account.distinct_handle, account.password_hash, now),
      sql("INSERT INTO user_roles (user_id, role, granted_at) VALUES (?1, ?2, ?3)", account.id, account.role, now)};
}

Statement replace_password_hash(std::string_view user_id, std::string_view former, std::string_view better) {
  return sql("UPDATE users SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2", user_id, former, better);
}

std::vector<Statement> open_session(const NewSession& session, const TokenRecord& tokens, Timestamp now) {
  return {
      sql(R"(
      INSERT INTO auth_sessions (id, user_id, user_agent, created_at, last_used_at, expires_at)
      SELECT ?1, id, ?4, ?5, ?5, ?6 FROM users
      WHERE id = ?2 AND token_version = ?3 AND suspended_at IS NULL AND deleted_at IS NULL)",
          session.id, session.user_id, session.token_version, session.user_agent, now, session.expires_at),
      guard_written(),
      sql(R"(
      INSERT INTO refresh_tokens (token_hash, family_id, access_jti, access_expires_at, created_at, expires_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6))",
          tokens.refresh_hash, session.id, tokens.access_id, tokens.access_expires_at, now, tokens.refresh_expires_at)};
}

std::vector<Statement> rotate_refresh_token(std::string_view used_hash, const TokenRecord& next, Timestamp now) {
  return {sql(R"(
      UPDATE refresh_tokens SET used_at = ?3, replaced_by = ?2
      WHERE token_hash = ?1 AND used_at IS NULL AND expires_at > ?3
        AND EXISTS (SELECT 1 FROM auth_sessions s JOIN users u ON u.id = s.user_id
                    WHERE s.id = refresh_tokens.family_id AND s.ended_at IS NULL AND s.expires_at > ?3
                      AND u.suspended_at IS NULL AND u.deleted_at IS NULL))",
              used_hash, next.refresh_hash, now),
          sql(R"(
      INSERT INTO refresh_tokens (token_hash, family_id, access_jti, access_expires_at, created_at, expires_at)
      SELECT ?2, t.family_id, ?3, ?4, ?5, min(?6, s.expires_at)
      FROM refresh_tokens t JOIN auth_sessions s ON s.id = t.family_id
      WHERE t.token_hash = ?1 AND t.replaced_by = ?2
      ON CONFLICT (token_hash) DO NOTHING)",
              used_hash, next.refresh_hash, next.access_id, next.access_expires_at, now, next.refresh_expires_at),
          sql(R"(
      UPDATE auth_sessions SET last_used_at = ?2
      WHERE id = (SELECT family_id FROM refresh_tokens WHERE token_hash = ?1))",
              next.refresh_hash, now),
          sql(R"(
      UPDATE auth_sessions SET ended_at = ?3, end_reason = 'token_reuse', expires_at = min(expires_at, ?4)
      WHERE ended_at IS NULL
        AND id = (SELECT family_id FROM refresh_tokens
                  WHERE token_hash = ?1 AND used_at IS NOT NULL AND replaced_by <> ?2))",
              used_hash, next.refresh_hash, now, now + ended_sessions_kept),
          sql(R"(
      SELECT u.id, u.token_version,
             (SELECT json_group_array(role) FROM (SELECT role FROM user_roles WHERE user_id = u.id ORDER BY role)),
             t.replaced_by IS ?2, t.used_at IS NOT NULL, u.suspended_at IS NOT NULL
      FROM refresh_tokens t JOIN auth_sessions s ON s.id = t.family_id JOIN users u ON u.id = s.user_id
      WHERE t.token_hash = ?1)",
              used_hash, next.refresh_hash),
          sql(R"(
      SELECT t.access_jti, t.access_expires_at FROM refresh_tokens t JOIN auth_sessions s ON s.id = t.family_id
      WHERE t.access_expires_at > ?3 AND s.ended_at = ?3 AND s.end_reason = 'token_reuse'
        AND t.family_id = (SELECT family_id FROM refresh_tokens
                           WHERE token_hash = ?1 AND used_at IS NOT NULL AND replaced_by <> ?2)
      ORDER BY t.access_expires_at DESC LIMIT 100)",
              used_hash, next.refresh_hash, now)};
}

std::vector<Statement> end_session(std::string_view session_id, std::string_view user_id, std::string_view reason,
                                   Timestamp now) {
  return {sql(R"(
      UPDATE auth_sessions SET ended_at = ?4, end_reason = ?3, expires_at = min(expires_at, ?5)
      WHERE id = ?1 AND user_id = ?2 AND ended_at IS NULL AND expires_at > ?4 RETURNING id)",
              session_id, user_id, reason, now, now + ended_sessions_kept),
          sql(R"(
      SELECT t.access_jti, t.access_expires_at FROM refresh_tokens t JOIN auth_sessions s ON s.id = t.family_id
      WHERE s.id = ?1 AND s.user_id = ?2 AND s.ended_at = ?3 AND t.access_expires_at > ?3
      ORDER BY t.access_expires_at DESC LIMIT 100)",
              session_id, user_id, now)};
}

Statement end_all_sessions(std::string_view user_id, std::string_view reason, Timestamp now) {
  return sql(R"(
      UPDATE auth_sessions SET ended_at = ?3, end_reason = ?2, expires_at = min(expires_at, ?4)
      WHERE user_id = ?1 AND ended_at IS NULL)",
             user_id, reason, now, now + ended_sessions_kept);
}

Statement raise_token_version(std::string_view user_id, Timestamp now) {
  return sql("UPDATE users SET token_version = token_version + 1, updated_at = ?2 WHERE id = ?1", user_id, now);
}

Statement live_access_tokens(std::string_view user_id, Timestamp now) {
  return sql(R"(
      SELECT t.access_jti, t.access_expires_at FROM refresh_tokens t JOIN auth_sessions s ON s.id = t.family_id
      WHERE s.user_id = ?1 AND t.access_expires_at > ?2 ORDER BY t.access_expires_at DESC LIMIT 100)",
             user_id, now);
}

Statement live_session(std::string_view user_id, std::string_view access_id, std::int64_t token_version,
                       Timestamp now) {
  return sql(R"(
      SELECT (SELECT json_group_array(role) FROM user_roles WHERE user_id = u.id), s.id
      FROM refresh_tokens t JOIN auth_sessions s ON s.id = t.family_id JOIN users u ON u.id = s.user_id
      WHERE t.access_jti = ?1 AND u.id = ?2 AND u.token_version = ?3 AND s.ended_at IS NULL AND s.expires_at > ?4
        AND u.suspended_at IS NULL AND u.deleted_at IS NULL)",
             access_id, user_id, token_version, now);
}

Statement list_sessions(std::string_view user_id, std::string_view current_access_id, std::int64_t limit,
                        std::optional<Timestamp> before, std::string_view before_id, Timestamp now) {
  return sql(R"(
      SELECT json_object(
               'id', s.id, 'userAgent', s.user_agent,
               'createdAt', )" PEERLOOP_TIME("s.created_at") R"(,
               'lastUsedAt', )" PEERLOOP_TIME("s.last_used_at") R"(,
               'expiresAt', )" PEERLOOP_TIME("s.expires_at") R"(,
               'current', )" PEERLOOP_BOOLEAN(
                 "s.id = (SELECT family_id FROM refresh_tokens WHERE access_jti = ?2)") R"(),
             CAST(s.created_at AS TEXT), s.id
      FROM auth_sessions s
      WHERE s.user_id = ?1 AND s.ended_at IS NULL AND s.expires_at > ?6
        AND (?4 IS NULL OR (s.created_at, s.id) < (?4, ?5))
      ORDER BY s.created_at DESC, s.id DESC LIMIT CAST(?3 AS INTEGER))",
             user_id, current_access_id, limit + 1, before, before_id, now);
}

Statement insert_mailed_token(const MailedToken& token, std::string_view user_id, std::string_view email,
                              Timestamp now) {
  return sql(R"(
      INSERT INTO one_time_tokens (token_hash, user_id, purpose, email, created_at, expires_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6))",
             token.hash, user_id, text_of(token.purpose), email, now, token.expires_at);
}

std::vector<Statement> insert_verification_token(const MailedToken& token, std::string_view user_id, Timestamp now) {
  return {sql(R"(
      INSERT INTO one_time_tokens (token_hash, user_id, purpose, email, created_at, expires_at)
      SELECT ?1, id, 'verify_email', email, ?3, ?4 FROM users WHERE id = ?2 AND email_verified_at IS NULL)",
              token.hash, user_id, now, token.expires_at),
          guard_written()};
}

Statement insert_reset_token(const MailedToken& token, std::string_view normalized_email, std::int64_t most,
                             Timestamp since, Timestamp now) {
  return sql(R"(
      INSERT INTO one_time_tokens (token_hash, user_id, purpose, email, created_at, expires_at)
      SELECT ?1, u.id, 'reset_password', u.email, ?5, ?6 FROM users u
      WHERE u.email = ?2 AND u.deleted_at IS NULL AND u.suspended_at IS NULL
        AND (SELECT count(*) FROM one_time_tokens
             WHERE user_id = u.id AND purpose = 'reset_password' AND created_at > ?4) < CAST(?3 AS INTEGER))",
             token.hash, normalized_email, most, since, now, token.expires_at);
}

Statement mailed_token(std::string_view hash, Purpose purpose) {
  return sql(R"(
      SELECT t.email, t.expires_at, t.used_at IS NOT NULL FROM one_time_tokens t JOIN users u ON u.id = t.user_id
      WHERE t.token_hash = ?1 AND t.purpose = ?2 AND u.email = t.email AND u.deleted_at IS NULL)",
             hash, text_of(purpose));
}

std::vector<Statement> verify_email(std::string_view hash, Timestamp now) {
  return {sql(R"(
      UPDATE one_time_tokens SET used_at = ?2
      WHERE token_hash = ?1 AND purpose = 'verify_email' AND used_at IS NULL AND expires_at > ?2
        AND EXISTS (SELECT 1 FROM users u
                    WHERE u.id = one_time_tokens.user_id AND u.email = one_time_tokens.email AND u.deleted_at IS NULL)
      RETURNING user_id)",
              hash, now),
          sql(R"(
      UPDATE users SET email_verified_at = ?2, updated_at = ?2
      WHERE changes() = 1 AND email_verified_at IS NULL
        AND id = (SELECT user_id FROM one_time_tokens WHERE token_hash = ?1))",
              hash, now)};
}

std::vector<Statement> reset_password(std::string_view hash, std::string_view password_hash, Timestamp now) {
  return {sql(R"(
      UPDATE one_time_tokens SET used_at = ?2
      WHERE token_hash = ?1 AND purpose = 'reset_password' AND used_at IS NULL AND expires_at > ?2
        AND EXISTS (SELECT 1 FROM users u
                    WHERE u.id = one_time_tokens.user_id AND u.email = one_time_tokens.email
                      AND u.deleted_at IS NULL AND u.suspended_at IS NULL))",
              hash, now),
          guard_written("token_used"),
          // Whoever opened the mail has the address: that verifies it as well.
          sql(R"(
      UPDATE users SET password_hash = ?2, token_version = token_version + 1, updated_at = ?3,
                       email_verified_at = coalesce(email_verified_at, ?3)
      WHERE id = (SELECT user_id FROM one_time_tokens WHERE token_hash = ?1))",
              hash, password_hash, now),
          sql(R"(
      UPDATE auth_sessions SET ended_at = ?2, end_reason = 'password_reset', expires_at = min(expires_at, ?3)
      WHERE ended_at IS NULL AND user_id = (SELECT user_id FROM one_time_tokens WHERE token_hash = ?1))",
              hash, now, now + ended_sessions_kept),
          sql(R"(
      UPDATE one_time_tokens SET used_at = ?2
      WHERE purpose = 'reset_password' AND used_at IS NULL
        AND user_id = (SELECT user_id FROM one_time_tokens WHERE token_hash = ?1))",
              hash, now),
          sql(R"(
      SELECT t.access_jti, t.access_expires_at FROM refresh_tokens t JOIN auth_sessions s ON s.id = t.family_id
      WHERE t.access_expires_at > ?2 AND s.user_id = (SELECT user_id FROM one_time_tokens WHERE token_hash = ?1)
      ORDER BY t.access_expires_at DESC LIMIT 100)",
              hash, now)};
}

}  // namespace isthmus::peerloop::auth_queries
