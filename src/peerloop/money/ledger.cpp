#include "peerloop/money/ledger.h"

#include <algorithm>

namespace isthmus::peerloop {

namespace {

std::string account_of(const Portion& portion) {
  return portion.recipient_id ? "payable:" + *portion.recipient_id : std::string("platform:revenue");
}

/// Where one person has two parts, the account is named once: the postings are an object.
Postings postings(const std::vector<Portion>& portions, std::int64_t sign, std::string against = "provider:stripe") {
  Postings all{{std::move(against), 0}};
  for (const Portion& portion : portions) {
    all.front().cents += sign * portion.cents;
    const std::string account = account_of(portion);
    const auto known = std::ranges::find(all, account, &Posting::account);
    if (known == all.end())
      all.push_back({account, -sign * portion.cents});
    else
      known->cents -= sign * portion.cents;
  }
  return all;
}

}  // namespace

Postings postings_of_payment(const std::vector<Portion>& portions) { return postings(portions, 1); }
Postings postings_of_refund(const std::vector<Portion>& portions) { return postings(portions, -1); }

Postings postings_of_loss(const std::vector<Portion>& portions, std::string from_account, std::int64_t cents) {
  Postings all = postings(portions, -1, std::move(from_account));
  const std::int64_t borne = cents + all.front().cents;
  all.front().cents = -cents;
  if (borne != 0) all.push_back({"platform:losses", borne});
  return all;
}

Statement post_movement(Host& host, std::string cause, std::string_view transaction_id, std::string_view currency,
                        const Postings& postings, Timestamp at) {
  JsonWriter json;
  json.begin_object();
  for (const Posting& posting : postings) json.member(posting.account, posting.cents);
  json.end_object();
  return sql(R"(
      INSERT INTO ledger_movements (id, cause, transaction_id, currency, postings, created_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6))",
             host.random.uuid(at), std::move(cause), transaction_id, currency, std::move(json).text(), at);
}

std::string cause_of_checkout(std::string_view session_id) { return "checkout:" + std::string(session_id); }

std::string cause_of_refund(std::string_view charge_id, std::int64_t cumulative_cents) {
  return "refund:" + std::string(charge_id) + ":" + std::to_string(cumulative_cents);
}

}  // namespace isthmus::peerloop
