#pragma once

/// What a person owes us, 0 or more, as SQL: what the ledger says that we owe, less the shares that were not paid out,
/// is below zero where more was paid out than is theirs now. What the provider was asked to give back of it, and what
/// is kept of transfers that are under way, counts as given back.
#define PEERLOOP_OWED_BACK(person, money)                                                                              \
  "max(0, coalesce((SELECT sum(b.amount_cents) FROM ledger_months b WHERE b.account = 'payable:' || " person           \
  " AND b.currency = " money                                                                                           \
  "), 0)"                                                                                                              \
  " + coalesce((SELECT b.unpaid_cents FROM earning_totals b WHERE b.recipient_id = " person " AND b.currency = " money \
  "), 0)"                                                                                                              \
  " - coalesce((SELECT sum(b.amount_cents) FROM transfer_reversals b WHERE b.recipient_id = " person                   \
  " AND b.currency = " money                                                                                           \
  " AND b.status = 'requested'), 0)"                                                                                   \
  " - coalesce((SELECT sum(b.withheld_cents) FROM transfers b WHERE b.recipient_id = " person                          \
  " AND b.currency = " money " AND b.status = 'requested'), 0))"
