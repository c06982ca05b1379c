#include "peerloop/money/payouts/queries.h"

#include "json/writer.h"
#include "peerloop/money/owed_back.h"
#include "peerloop/money/payouts/transfer_outbox.h"
#include "peerloop/sql.h"

namespace isthmus::peerloop {

namespace {

/// A share `s` as an admin sees it.
#define PEERLOOP_STANDING                                                                                   \
  "iif(EXISTS (SELECT 1 FROM transfers l WHERE l.split_id = s.id AND l.status = 'requested'), 'requested'," \
  " iif(s.status = 'frozen' AND s.frozen_from = 'paid', 'paid', s.status))"

std::string list_of(const std::vector<std::string>& ids) {
  JsonWriter json;
  json.begin_array();
  for (const std::string& id : ids) json.value(id);
  return std::move(json.end_array()).text();
}

constexpr std::string_view due_as_json = R"(
    json_object(
      'recipientId', u.id, 'name', u.name, 'handle', u.handle, 'currency', d.currency,
      'accountStatus', u.stripe_account_status,
      'dueCents', due, 'owedBackCents', owed, 'payableCents', max(0, due - owed), 'requestedCents', requested,
      'frozenCents', frozen,
      'blockedBy', (
        SELECT json_group_array(reason) FROM (
          SELECT 'not_onboarded' AS reason WHERE u.stripe_account_status IN ('none', 'pending')
          UNION ALL SELECT 'account_restricted' WHERE u.stripe_account_status NOT IN ('none', 'pending', 'active')
          UNION ALL SELECT 'frozen' WHERE due = 0 AND frozen > 0
          UNION ALL SELECT 'negative_balance' WHERE owed > 0 AND owed >= due)),
      'splits', (
        SELECT json_group_array(json(split)) FROM (
          SELECT json_object(
            'id', s.id, 'enrollmentId', x.enrollment_id, 'courseTitle', c.title,
            'amountCents', s.amount_cents - s.reversed_cents,
            'status', CASE WHEN s.status = 'frozen' THEN 'frozen' WHEN t.status = 'requested' THEN 'requested'
                           WHEN t.status = 'failed' THEN 'failed' ELSE 'due' END,
            'failure', iif(t.status = 'failed', t.failure, NULL),
            'approvedAt', )" PEERLOOP_TIME("s.approved_at") R"() AS split
          FROM payment_splits s JOIN transactions x ON x.id = s.transaction_id
          JOIN enrollments e ON e.id = x.enrollment_id JOIN courses c ON c.id = e.course_id
          LEFT JOIN transfers t ON t.id = (SELECT l.id FROM transfers l WHERE l.split_id = s.id
                                           ORDER BY l.created_at DESC, l.id DESC LIMIT 1)
          WHERE s.recipient_id = d.recipient_id AND s.currency = d.currency AND s.status IN ('approved', 'frozen')
          ORDER BY s.approved_at, s.id LIMIT 20))))";

}  // namespace

Statement list_due(const std::optional<Cursor>& after, std::int64_t limit) {
  const std::string text = R"(
      WITH people AS (
        SELECT recipient_id, currency FROM earning_totals WHERE due_count > 0 AND (recipient_id, currency) > (?1, ?2)
        UNION
        SELECT recipient_id, currency FROM transfer_reversals f
        WHERE status = 'failed' AND (recipient_id, currency) > (?1, ?2)
          AND )" PEERLOOP_OWED_BACK("f.recipient_id", "f.currency") R"( > 0
        ORDER BY recipient_id, currency LIMIT CAST(?3 AS INTEGER)),
      d AS (
        SELECT p.recipient_id, p.currency,
          coalesce(e.approved_cents, 0)
            - coalesce((SELECT sum(s.amount_cents - s.reversed_cents) FROM transfers l
                        JOIN payment_splits s ON s.id = l.split_id AND s.status = 'approved'
                        WHERE l.recipient_id = p.recipient_id AND l.currency = p.currency AND l.status = 'requested'), 0)
            AS due,
          coalesce(e.frozen_cents, 0) AS frozen,
          coalesce((SELECT sum(l.amount_cents) FROM transfers l
                    WHERE l.recipient_id = p.recipient_id AND l.currency = p.currency AND l.status = 'requested'), 0)
            AS requested,
          )" PEERLOOP_OWED_BACK("p.recipient_id", "p.currency") R"( AS owed
        FROM people p LEFT JOIN earning_totals e ON e.recipient_id = p.recipient_id AND e.currency = p.currency)
      SELECT )" + std::string(due_as_json) +
                           R"(, d.currency AS sort_value, d.recipient_id
      FROM d JOIN users u ON u.id = d.recipient_id
      ORDER BY d.recipient_id, d.currency)";
  return sql(text, after ? after->id : "", after ? after->value : "", limit + 1);
}

Statement payable_splits(const std::vector<std::string>& ids) {
  return sql(R"(
      SELECT s.id, )" PEERLOOP_STANDING R"( AS standing, u.stripe_account_status = 'active'
      FROM payment_splits s JOIN users u ON u.id = s.recipient_id
      WHERE s.id IN (SELECT value FROM json_each(?1)))",
             list_of(ids));
}

Statement payable_splits_of(std::string_view recipient_id) {
  return sql(R"(
      SELECT s.id, s.status, u.stripe_account_status = 'active'
      FROM payment_splits s JOIN users u ON u.id = s.recipient_id
      WHERE s.recipient_id = ?1 AND s.status = 'approved' AND s.amount_cents > s.reversed_cents
        AND NOT EXISTS (SELECT 1 FROM transfers l WHERE l.split_id = s.id AND l.status = 'requested')
      ORDER BY s.approved_at, s.id LIMIT 100)",
             recipient_id);
}

Payout new_payout(Host& host, const std::vector<PayableSplit>& splits, std::string actor_id, std::string request_id,
                  Timestamp now) {
  JsonWriter pairs, ids;
  pairs.begin_object();
  ids.begin_array();
  for (const PayableSplit& split : splits) {
    const std::string id = host.random.uuid(now);
    pairs.member(split.id, id);
    ids.value(id);
  }
  return {std::move(pairs.end_object()).text(), std::move(ids.end_array()).text(),
          static_cast<std::int64_t>(splits.size()), std::move(actor_id), std::move(request_id)};
}

std::vector<Statement> request_transfers(const Payout& payout, Timestamp now) {
  std::vector<Statement> batch;
  // What a person owes is kept of the share that was approved first, then of the next.
  batch.push_back(sql(R"(
      WITH chosen AS (
        SELECT p.value AS id, s.id AS split_id, s.recipient_id, u.stripe_account_id, s.currency, s.approved_at,
               s.amount_cents - s.reversed_cents AS due,
               )" PEERLOOP_OWED_BACK("s.recipient_id", "s.currency") R"( AS owed
        FROM json_each(?1) p JOIN payment_splits s ON s.id = p.key JOIN users u ON u.id = s.recipient_id
        WHERE s.status = 'approved' AND s.amount_cents > s.reversed_cents AND u.stripe_account_status = 'active'),
      kept AS (
        SELECT *, max(0, min(due, owed + due - sum(due) OVER (PARTITION BY recipient_id, currency
                                                              ORDER BY approved_at, split_id))) AS withheld
        FROM chosen)
      INSERT INTO transfers (id, split_id, recipient_id, stripe_account_id, amount_cents, withheld_cents, currency,
                             status, requested_by, created_at, settled_at)
      SELECT id, split_id, recipient_id, stripe_account_id, due - withheld, withheld, currency,
             iif(due = withheld, 'sent', 'requested'), ?2, ?3, iif(due = withheld, ?3, NULL)
      FROM kept)",
                      payout.transfer_of_split, payout.actor_id, now));
  batch.push_back(sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'state_changed'
      WHERE (SELECT count(*) FROM transfers WHERE id IN (SELECT value FROM json_each(?1))) <> ?2)",
                      payout.transfer_ids, payout.count));
  batch.push_back(sql(R"(
      UPDATE payment_splits SET status = 'paid', paid_at = ?2, updated_at = ?2
      WHERE id IN (SELECT split_id FROM transfers WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'sent'))",
                      payout.transfer_ids, now));
  batch.push_back(enqueue_transfers(payout.transfer_ids, now));
  batch.push_back(sql(R"(
      INSERT INTO audit_log (id, actor_id, action, target_type, target_id, details, request_id, created_at)
      SELECT id, ?2, 'payout.request', 'split', split_id,
             json_object('transferId', id, 'recipientId', recipient_id, 'amountCents', amount_cents,
                         'withheldCents', withheld_cents, 'currency', currency), ?3, ?4
      FROM transfers WHERE id IN (SELECT value FROM json_each(?1)))",
                      payout.transfer_ids, payout.actor_id, payout.request_id, now));
  return batch;
}

Statement transfers_as_json(const Payout& payout) {
  return sql(R"(
      SELECT json_object('transfers', json_group_array(json_object(
        'id', t.id, 'splitId', t.split_id, 'recipientId', t.recipient_id, 'amountCents', t.amount_cents,
        'withheldCents', t.withheld_cents, 'currency', t.currency, 'status', t.status)))
      FROM json_each(?1) i JOIN transfers t ON t.id = i.value)",
             payout.transfer_ids);
}

}  // namespace isthmus::peerloop
