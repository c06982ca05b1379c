#include "peerloop/administration/queries.h"

#include "base/id.h"
#include "peerloop/sql.h"

#define STATE_OF(user)                                                  \
  "CASE WHEN " user ".deleted_at IS NOT NULL THEN 'deleted' WHEN " user \
  ".suspended_at IS NOT NULL THEN 'suspended' ELSE 'active' END"
#define ADMIN_USER \
  "json_object('id', u.id, 'name', u.name, 'handle', u.handle, 'email', u.email, 'emailVerified', "            \
  PEERLOOP_BOOLEAN("u.email_verified_at IS NOT NULL") ", 'emailStatus', u.email_status,"                      \
  " 'roles', (SELECT json_group_array(role) FROM user_roles WHERE user_id = u.id),"                            \
  " 'state', " STATE_OF("u") ", 'stripeAccountStatus', u.stripe_account_status,"                               \
  " 'enrollmentCount', (SELECT count(*) FROM enrollments WHERE student_id = u.id),"                            \
  " 'lastSeenAt', " PEERLOOP_TIME("(SELECT max(last_used_at) FROM auth_sessions WHERE user_id = u.id)")        \
  ", 'createdAt', " PEERLOOP_TIME("u.created_at") ")"
#define OUTBOX_ENTRY \
  "json_object('id', o.id, 'kind', o.kind, 'state', CASE WHEN o.delivered_at IS NOT NULL THEN 'delivered'"     \
  " WHEN o.dead_at IS NOT NULL THEN 'dead' ELSE 'waiting' END, 'attempts', o.attempts, 'lastError', o.last_error," \
  " 'providerId', o.provider_id, 'nextAttemptAt', iif(o.delivered_at IS NULL AND o.dead_at IS NULL, "          \
  PEERLOOP_TIME("o.next_attempt_at") ", NULL), 'deliveredAt', " PEERLOOP_TIME("o.delivered_at")                \
  ", 'deadAt', " PEERLOOP_TIME("o.dead_at") ", 'createdAt', " PEERLOOP_TIME("o.created_at") ")"

namespace isthmus::peerloop::administration_queries {

namespace {

/// How many accounts a search looks at by each of address, handle and name.
#define MOST_FOUND "500"

/// Before the ids of this moment, and behind those of all moments before it.
std::string first_id_at(Timestamp at) { return uuid_v7(at, {}); }

/// A literal condition, so that SQLite sees which partial index fits.
std::string_view condition_of(const std::optional<AccountState>& state) {
  if (!state) return "TRUE";
  switch (*state) {
    case AccountState::active: return "u.suspended_at IS NULL AND u.deleted_at IS NULL";
    case AccountState::suspended: return "u.suspended_at IS NOT NULL AND u.deleted_at IS NULL";
    case AccountState::deleted: return "u.deleted_at IS NOT NULL";
  }
  return "TRUE";
}

std::string_view role_or_none(const UsersQuery& query) { return query.role ? name_of(*query.role) : ""; }

}  // namespace

Statement select_users(const UsersQuery& query, const std::optional<Place>& after) {
  const std::string before = after.value_or(above_all()).id;
  const std::string with_state = " AND " + std::string(condition_of(query.state));
  const std::string columns = "SELECT " ADMIN_USER ", 'user:0', u.id ";
  if (query.q) {
    // Everything that begins with the text sorts between it and itself with the last of all characters behind. Of a
    // text with which half of all begin, so many are looked at and no more.
    const std::string fitting =
        with_state + " AND (?3 = '' OR EXISTS (SELECT 1 FROM user_roles WHERE user_id = u.id AND role = ?3))";
    const auto found_by = [&](std::string_view column) {
      const std::string by = "u." + std::string(column);
      return " UNION ALL SELECT id FROM (SELECT u.id FROM users u WHERE " + by + " >= ?4 AND " + by + " < ?5" +
             fitting + " ORDER BY " + by + " LIMIT " MOST_FOUND ")";
    };
    return sql(columns + "FROM users u WHERE u.id IN (SELECT u.id FROM users u WHERE u.id = ?4" + fitting +
                   found_by("email") + found_by("handle") + found_by("name COLLATE NOCASE") +
                   ") AND u.id < ?1 ORDER BY u.id DESC LIMIT ?2",
               before, query.limit + 1, role_or_none(query), *query.q, *query.q + "\xF4\x8F\xBF\xBF");
  }
  if (query.role) {
    return sql(columns + "FROM user_roles r JOIN users u ON u.id = r.user_id WHERE r.role = ?3 AND r.user_id < ?1" +
                   with_state + " ORDER BY r.user_id DESC LIMIT ?2",
               before, query.limit + 1, role_or_none(query));
  }
  return sql(columns + "FROM users u WHERE u.id < ?1" + with_state + " ORDER BY u.id DESC LIMIT ?2", before,
             query.limit + 1);
}

Statement select_user(std::string_view user_id) {
  return sql("SELECT " ADMIN_USER " FROM users u WHERE u.id = ?1", user_id);
}

Statement guard_account_exists(std::string_view user_id) {
  return sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'not_found'
      WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = ?1 AND deleted_at IS NULL))",
             user_id);
}

Statement guard_admin_left() {
  return sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'state_changed'
      WHERE NOT EXISTS (SELECT 1 FROM user_roles r JOIN users u ON u.id = r.user_id
                        WHERE r.role = 'admin' AND u.suspended_at IS NULL AND u.deleted_at IS NULL))");
}

std::vector<Statement> set_roles(std::string_view user_id, std::string roles, std::string_view granted_by,
                                 Timestamp now) {
  return {sql("DELETE FROM user_roles WHERE user_id = ?1 AND role NOT IN (SELECT value FROM json_each(?2))", user_id,
              roles),
          sql(R"(
      INSERT INTO user_roles (user_id, role, granted_by, granted_at) SELECT ?1, value, ?3, ?4 FROM json_each(?2) WHERE TRUE
      ON CONFLICT (user_id, role) DO NOTHING)",
              user_id, roles, granted_by, now)};
}

Statement set_suspended(std::string_view user_id, bool suspended, Timestamp now) {
  return sql("UPDATE users SET suspended_at = iif(?2, coalesce(suspended_at, ?3), NULL), updated_at = ?3 WHERE id = ?1",
             user_id, suspended, now);
}

Statement repair_address(std::string_view user_id, Timestamp now) {
  return sql("UPDATE users SET email_status = 'ok', email_freed_at = ?2, updated_at = ?2 WHERE id = ?1", user_id, now);
}

Statement select_audit(const AuditQuery& query, const std::optional<Place>& after) {
  const std::string select = R"(
      SELECT json_object('id', a.id, 'actorId', a.actor_id, 'action', a.action, 'targetType', a.target_type,
                         'targetId', a.target_id, 'details', json(a.details), 'requestId', a.request_id,
                         'createdAt', )" PEERLOOP_TIME("a.created_at") R"(), 'audit:' || a.created_at, a.id
      FROM audit_log a WHERE (a.created_at, a.id) < (?1, ?2))";
  const std::string order = " ORDER BY a.created_at DESC, a.id DESC LIMIT ?3";
  const auto [before, before_id] = after.value_or(above_all());
  if (query.targetType)
    return sql(select +
                   " AND a.target_type = ?4 AND a.target_id = ?5 AND (?6 IS NULL OR a.actor_id = ?6)"
                   " AND (?7 IS NULL OR a.action = ?7)" +
                   order,
               before, before_id, query.limit + 1, *query.targetType, query.targetId, query.actorId, query.action);
  if (query.action && query.actorId)
    return sql(select + " AND a.action = ?4 AND a.actor_id = ?5" + order, before, before_id, query.limit + 1,
               *query.action, *query.actorId);
  if (query.action)
    return sql(select + " AND a.action = ?4" + order, before, before_id, query.limit + 1, *query.action);
  if (query.actorId)
    return sql(select + " AND a.actor_id = ?4" + order, before, before_id, query.limit + 1, *query.actorId);
  return sql(select + order, before, before_id, query.limit + 1);
}

Statement select_outbox(const OutboxQuery& query, const std::optional<Place>& after) {
  const std::string columns = "SELECT " OUTBOX_ENTRY;
  const auto [before, before_id] = after.value_or(above_all());
  switch (query.state) {
    case OutboxState::waiting:
      return sql(columns + R"(, 'waiting:' || o.next_attempt_at, o.id FROM outbox o
          WHERE o.delivered_at IS NULL AND o.dead_at IS NULL AND (o.next_attempt_at, o.id) > (?1, ?2)
          ORDER BY o.next_attempt_at, o.id LIMIT ?3)",
                 after ? after->number : 0, after ? after->id : std::string(), query.limit + 1);
    case OutboxState::delivered:
      return sql(columns + R"(, 'delivered:' || o.delivered_at, o.id FROM outbox o
          WHERE o.delivered_at IS NOT NULL AND (o.delivered_at, o.id) < (?1, ?2)
          ORDER BY o.delivered_at DESC, o.id DESC LIMIT ?3)",
                 before, before_id, query.limit + 1);
    case OutboxState::dead: break;
  }
  return sql(columns + R"(, 'dead:' || o.dead_at, o.id FROM outbox o
      WHERE o.dead_at IS NOT NULL AND (o.dead_at, o.id) < (?1, ?2) ORDER BY o.dead_at DESC, o.id DESC LIMIT ?3)",
             before, before_id, query.limit + 1);
}

Statement select_outbox_entry(std::string_view id) {
  return sql("SELECT " OUTBOX_ENTRY " FROM outbox o WHERE o.id = ?1", id);
}

std::vector<Statement> revive_outbox(std::string_view id, Timestamp now) {
  return {sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'not_found' WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE id = ?1))",
              id),
          sql(R"(
      UPDATE outbox SET dead_at = NULL, attempts = 0, next_attempt_at = ?2, locked_until = NULL
      WHERE id = ?1 AND dead_at IS NOT NULL)",
              id, now),
          guard_written()};
}

Statement select_webhooks(const WebhooksQuery& query, const std::optional<Place>& after) {
  const std::string select = R"(
      SELECT json_object('id', w.provider || ':' || w.event_id, 'provider', w.provider, 'eventId', w.event_id,
                         'type', w.type, 'status', w.status, 'error', w.error,
                         'canBeReplayed', )" PEERLOOP_BOOLEAN("w.status <> 'processed' AND w.body IS NOT NULL") R"(,
                         'createdAt', )" PEERLOOP_TIME("w.created_at") R"(,
                         'receivedAt', )" PEERLOOP_TIME("w.received_at") R"(),
             'webhook:' || w.received_at, w.provider || ':' || w.event_id
      FROM webhook_events w
      WHERE w.received_at <= ?1 AND (w.received_at < ?1 OR w.provider || ':' || w.event_id > ?2))";
  const std::string order = " ORDER BY w.received_at DESC, w.provider, w.event_id LIMIT ?3";
  const std::int64_t before = after.value_or(above_all()).number;
  const std::string behind = after ? after->id : std::string();
  if (query.status)
    return sql(select + " AND w.status = ?4" + order, before, behind, query.limit + 1, name_of(*query.status));
  return sql(select + order, before, behind, query.limit + 1);
}

std::vector<Statement> reopen_event(std::string_view provider, std::string_view event_id) {
  const auto guard = [&](std::string_view reason_and_condition) {
    return sql("INSERT INTO batch_guard (reason) SELECT " + std::string(reason_and_condition), provider, event_id);
  };
  return {
      guard("'not_found' WHERE NOT EXISTS (SELECT 1 FROM webhook_events WHERE provider = ?1 AND event_id = ?2)"),
      guard("'already_processed' FROM webhook_events WHERE provider = ?1 AND event_id = ?2 AND status = 'processed'"),
      guard("'state_changed' FROM webhook_events WHERE provider = ?1 AND event_id = ?2 AND body IS NULL"),
      sql("UPDATE webhook_events SET status = 'failed', error = 'waits for its replay' "
          "WHERE provider = ?1 AND event_id = ?2 AND status = 'ignored'",
          provider, event_id)};
}

Statement body_of_event(std::string_view provider, std::string_view event_id) {
  return sql("SELECT body FROM webhook_events WHERE provider = ?1 AND event_id = ?2", provider, event_id);
}

Statement select_analytics(Timestamp from, Timestamp to) {
  // Nobody was approved to teach a course before they began it.
  return sql(R"(
      WITH figures AS (SELECT name, currency, value FROM daily_figures WHERE day >= ?1 AND day < ?2),
      sums AS (
        SELECT coalesce(sum(iif(name = 'signups', value, 0)), 0) AS signups,
               coalesce(sum(iif(name = 'checkouts', value, 0)), 0) AS checkouts,
               coalesce(sum(iif(name = 'enrollments', value, 0)), 0) AS paid,
               coalesce(sum(iif(name = 'refunds', value, 0)), 0) AS refunded,
               coalesce(sum(iif(name = 'completions', value, 0)), 0) AS completed,
               coalesce(sum(iif(name = 'booked', value, 0)), 0) AS booked,
               coalesce(sum(iif(name = 'held', value, 0)), 0) AS held,
               coalesce(sum(iif(name = 'missed', value, 0)), 0) AS missed,
               coalesce(sum(iif(name = 'cancelled', value, 0)), 0) AS cancelled
        FROM figures WHERE currency = ''),
      learning AS (
        SELECT count(*) AS teaching FROM course_teachers t CROSS JOIN enrollments e
        ON e.student_id = t.teacher_id AND e.course_id = t.course_id AND e.status IN ('pending', 'enrolled', 'completed')
        WHERE t.status = 'approved' AND t.decided_at >= ?1 AND e.status = 'completed' AND e.created_at >= ?1
          AND e.created_at < ?2)
      SELECT json_object(
        'from', )" PEERLOOP_TIME("?1") ", 'to', " PEERLOOP_TIME("?2") R"(,
        'signups', signups, 'checkouts', checkouts, 'enrollments', paid, 'refunds', refunded, 'completions', completed,
        'newTeachers', teaching,
        'conversion', round(1.0 * paid / nullif(checkouts, 0), 4),
        'completionRate', round(1.0 * completed / nullif(paid - refunded, 0), 4),
        'studentToTeacher', round(1.0 * teaching / nullif(completed, 0), 4),
        'sessionsBooked', booked, 'sessionsCompleted', held, 'sessionsMissed', missed, 'sessionsCancelled', cancelled,
        'money', (
          SELECT json_group_array(json(money)) FROM (
            SELECT json_object('currency', currency, 'paidCents', sum(iif(name = 'paid', value, 0)),
                               'refundedCents', sum(iif(name = 'refunded', value, 0)),
                               'platformCents', sum(iif(name = 'platform', value, 0)),
                               'earnedCents', sum(iif(name = 'earned', value, 0)),
                               'transferredCents', sum(iif(name = 'transferred', value, 0))) AS money
            FROM figures WHERE currency <> '' GROUP BY currency ORDER BY currency)))
      FROM sums, learning)",
             from, to);
}

// Ids begin with the moment they were made at, so that a period is a range of the primary key.

Statement select_counters(Timestamp now) {
  return sql(R"(
      SELECT json_object(
        'signInsToday', (SELECT count(*) FROM auth_sessions WHERE id >= ?2),
        'paymentsToday', (SELECT count(*) FROM transactions WHERE id >= ?2),
        'enrollmentsWaiting', (SELECT count(*) FROM enrollments WHERE status = 'pending' AND checkout_expires_at > ?1),
        'sessionsUpcoming', (SELECT count(*) FROM sessions WHERE status = 'scheduled' AND starts_at > ?1
                             AND starts_at <= ?1 + 86400000),
        'sessionsRunning', (SELECT count(*) FROM sessions WHERE status = 'scheduled' AND starts_at > ?1 - 14400000
                            AND starts_at <= ?1 AND ends_at > ?1),
        'webhooksToday', (SELECT count(*) FROM webhook_events WHERE received_at > ?1 - 86400000),
        'webhooksFailed', (SELECT count(*) FROM webhook_events WHERE status = 'failed'),
        'outboxWaiting', (SELECT count(*) FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL),
        'outboxLate', (SELECT count(*) FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL
                       AND next_attempt_at < ?1 - 600000),
        'outboxDead', (SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL),
        'ledgerImbalances', (
          SELECT count(*) FROM ledger_movements m WHERE m.created_at > ?1 - 86400000
          AND (SELECT sum(amount_cents) FROM ledger_entries WHERE movement_id = m.id) IS NOT 0)))",
             now, first_id_at(now - day));
}

}  // namespace isthmus::peerloop::administration_queries
