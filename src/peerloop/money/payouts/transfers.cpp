#include "peerloop/money/payouts/transfers.h"

#include "json/writer.h"
#include "peerloop/money/owed_back.h"
#include "peerloop/money/payouts/transfer_outbox.h"

namespace isthmus::peerloop {

namespace {

/// A transfer `t` of which we have not heard that it was made. One that we believed to have failed may have been made
/// after all, as long as no other took its place.
#define PEERLOOP_WAITS                                                                        \
  "t.stripe_transfer_id IS NULL AND t.status IN ('requested', 'failed', 'canceled')"          \
  " AND NOT EXISTS (SELECT 1 FROM transfers o WHERE o.split_id = t.split_id AND o.id <> t.id" \
  " AND o.status IN ('requested', 'sent'))"

std::string id_list(const std::vector<std::string>& ids) {
  JsonWriter json;
  json.begin_array();
  for (const std::string& id : ids) json.value(id);
  return std::move(json.end_array()).text();
}

}  // namespace

std::vector<Statement> settle_sent(Host& host, std::string_view transfer_id, std::string_view stripe_id,
                                   Timestamp now) {
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO ledger_movements (id, cause, transaction_id, currency, postings, created_at)
      SELECT ?3, 'transfer:' || ?2, s.transaction_id, t.currency,
             json_object('payable:' || t.recipient_id, t.amount_cents, 'provider:stripe', -t.amount_cents), ?4
      FROM transfers t JOIN payment_splits s ON s.id = t.split_id
      WHERE t.id = ?1 AND )" PEERLOOP_WAITS,
                      transfer_id, stripe_id, host.random.uuid(now), now));
  batch.push_back(sql(R"(
      INSERT INTO notifications (id, user_id, kind, cause, data, created_at)
      SELECT ?2, t.recipient_id, 'transfer_sent', 'transfer:' || t.id,
             json_object('transferId', t.id, 'splitId', t.split_id, 'amountCents', t.amount_cents,
                         'withheldCents', t.withheld_cents, 'currency', t.currency), ?3
      FROM transfers t WHERE t.id = ?1 AND )" PEERLOOP_WAITS " ON CONFLICT (user_id, kind, cause) DO NOTHING",
                      transfer_id, host.random.uuid(now), now));
  batch.push_back(sql(R"(
      UPDATE payment_splits SET paid_at = ?3, stripe_transfer_id = ?2, updated_at = ?3,
        frozen_from = iif(status = 'frozen', 'paid', NULL), status = iif(status IN ('frozen', 'reversed'), status, 'paid')
      WHERE id = (SELECT t.split_id FROM transfers t WHERE t.id = ?1 AND )" PEERLOOP_WAITS ")",
                      transfer_id, stripe_id, now));
  batch.push_back(sql(R"(
      UPDATE transfers AS t SET status = 'sent', stripe_transfer_id = ?2, failure = NULL, settled_at = ?3
      WHERE t.id = ?1 AND )" PEERLOOP_WAITS,
                      transfer_id, stripe_id, now));
  append(batch, ask_back(host, transfer_id, now));
  return batch;
}

Statement guard_settled(std::string_view transfer_id, std::string_view stripe_id) {
  return sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'state_changed'
      WHERE NOT EXISTS (SELECT 1 FROM transfers WHERE id = ?1 AND stripe_transfer_id = ?2))",
             transfer_id, stripe_id);
}

Statement fail_transfer(std::string_view transfer_id, std::string_view why, Timestamp now) {
  return sql(R"(
      UPDATE transfers SET status = 'failed', failure = ?2, settled_at = ?3 WHERE id = ?1 AND status = 'requested')",
             transfer_id, why, now);
}

Statement cancel_transfer(std::string_view transfer_id, std::string_view why, Timestamp now) {
  return sql(R"(
      UPDATE transfers SET status = 'canceled', failure = ?2, settled_at = ?3 WHERE id = ?1 AND status = 'requested')",
             transfer_id, why, now);
}

std::vector<Statement> settle_returned(Host& host, const ProviderTransfer& transfer, Timestamp now) {
  std::vector<Statement> batch;
  if (transfer.reversed_cents == 0) return batch;
  batch.push_back(sql(R"(
      INSERT INTO ledger_movements (id, cause, transaction_id, currency, postings, created_at)
      SELECT ?4, ?3, s.transaction_id, t.currency,
             json_object('provider:stripe', CAST(?2 AS INTEGER) - t.returned_cents,
                         'payable:' || t.recipient_id, t.returned_cents - CAST(?2 AS INTEGER)), ?5
      FROM transfers t JOIN payment_splits s ON s.id = t.split_id
      WHERE t.stripe_transfer_id = ?1 AND t.returned_cents < ?2)",
                      transfer.id, transfer.reversed_cents,
                      "reversal:" + transfer.id + ':' + std::to_string(transfer.reversed_cents), host.random.uuid(now),
                      now));
  if (!transfer.reversals.empty())
    batch.push_back(sql(R"(
      UPDATE transfer_reversals SET status = 'done', failure = NULL, settled_at = coalesce(settled_at, ?3)
      WHERE id IN (SELECT value FROM json_each(?2)) AND status <> 'done'
        AND transfer_id = (SELECT id FROM transfers WHERE stripe_transfer_id = ?1))",
                        transfer.id, id_list(transfer.reversals), now));
  batch.push_back(sql(R"(
      UPDATE transfers AS t SET returned_cents = ?2,
        status = iif(t.status = 'sent' AND t.amount_cents = ?2 AND t.withheld_cents = 0
                     AND EXISTS (SELECT 1 FROM payment_splits s WHERE s.id = t.split_id AND s.amount_cents > s.reversed_cents),
                     'returned', t.status)
      WHERE t.stripe_transfer_id = ?1 AND t.returned_cents < ?2)",
                      transfer.id, transfer.reversed_cents));
  batch.push_back(sql(R"(
      UPDATE payment_splits SET paid_at = NULL, stripe_transfer_id = NULL, updated_at = ?2,
        frozen_from = iif(status = 'frozen', 'approved', NULL), status = iif(status = 'paid', 'approved', status)
      WHERE stripe_transfer_id = ?1
        AND id = (SELECT split_id FROM transfers WHERE stripe_transfer_id = ?1 AND status = 'returned'))",
                      transfer.id, now));
  // What we asked for may have been refused because of what somebody else took back first.
  append(batch, ask_back(host, transfer.id, now));
  return batch;
}

Statement fail_reversal(std::string_view reversal_id, std::string_view why, Timestamp now) {
  return sql(R"(
      UPDATE transfer_reversals SET status = 'failed', failure = ?2, settled_at = ?3
      WHERE id = ?1 AND status = 'requested')",
             reversal_id, why, now);
}

std::vector<Statement> settle_duplicate(Host& host, std::string_view of_transfer_id, const ProviderTransfer& transfer,
                                        Timestamp now) {
  const std::string id = host.random.uuid(now);
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO transfers (id, split_id, recipient_id, stripe_account_id, amount_cents, withheld_cents, currency, status,
                             stripe_transfer_id, created_at, settled_at)
      SELECT ?2, split_id, recipient_id, stripe_account_id, ?4, 0, currency, 'duplicate', ?3, ?5, ?5
      FROM transfers WHERE id = ?1)",
                      of_transfer_id, id, transfer.id, transfer.amount_cents, now));
  batch.push_back(sql(R"(
      INSERT INTO ledger_movements (id, cause, transaction_id, currency, postings, created_at)
      SELECT ?2, 'transfer:' || t.stripe_transfer_id, s.transaction_id, t.currency,
             json_object('payable:' || t.recipient_id, t.amount_cents, 'provider:stripe', -t.amount_cents), ?3
      FROM transfers t JOIN payment_splits s ON s.id = t.split_id WHERE t.id = ?1)",
                      id, host.random.uuid(now), now));
  batch.push_back(sql(R"(
      INSERT INTO audit_log (id, action, target_type, target_id, details, created_at)
      VALUES (?1, 'transfer.duplicate', 'transfer', ?2, json_object('stripeTransferId', ?3), ?4))",
                      host.random.uuid(now), of_transfer_id, transfer.id, now));
  append(batch, settle_returned(host, transfer, now));
  append(batch, ask_back(host, id, now));
  return batch;
}

std::vector<Statement> ask_back(Host& host, std::string_view what, Timestamp now) {
  const std::string id = host.random.uuid(now);
  std::vector<Statement> batch;
  batch.push_back(sql(R"(
      INSERT INTO transfer_reversals (id, transfer_id, recipient_id, amount_cents, currency, created_at)
      SELECT ?2, id, recipient_id, cents, currency, ?3
      FROM (SELECT t.id, t.recipient_id, t.currency,
                   min(t.amount_cents - t.returned_cents - asked,
                       t.amount_cents - t.returned_cents - asked
                         + iif(t.status = 'duplicate', 0, t.withheld_cents - s.amount_cents + s.reversed_cents),
                       )" PEERLOOP_OWED_BACK("t.recipient_id", "t.currency") R"() AS cents
            FROM (SELECT x.*, coalesce((SELECT sum(v.amount_cents) FROM transfer_reversals v
                                        WHERE v.transfer_id = x.id AND v.status = 'requested'), 0) AS asked
                  FROM transfers x
                  WHERE x.split_id = ?1 AND x.status = 'sent'
                     OR (x.id = ?1 OR x.stripe_transfer_id = ?1) AND x.status IN ('sent', 'duplicate')) t
            JOIN payment_splits s ON s.id = t.split_id)
      WHERE cents > 0)",
                      what, id, now));
  batch.push_back(enqueue_reversal(id, now));
  return batch;
}

}  // namespace isthmus::peerloop
