#include "native/sums.h"

#include <array>
#include <string_view>

namespace isthmus::native {

namespace {

struct Sum {
  const char* name;
  std::string_view kept;
  std::string_view counted;
};

#define DAY(row) row ".created_at / 86400000 * 86400000"
#define FIGURE(name) "sum(iif(name = '" name "', value, 0))"

// Rows of nothing but zeros say the same as no rows.
constexpr std::array<Sum, 8> sums{{
    {"ledger_months", "SELECT account, currency, month, amount_cents FROM ledger_months",
     "SELECT e.account, e.currency, strftime('%Y-%m', m.created_at / 1000, 'unixepoch'), sum(e.amount_cents)"
     " FROM ledger_entries e JOIN ledger_movements m ON m.id = e.movement_id GROUP BY 1, 2, 3"},
    {"earning_totals of shares",
     "SELECT recipient_id, currency, pending_cents, frozen_cents, approved_cents, unpaid_cents, due_count"
     " FROM earning_totals WHERE pending_cents <> 0 OR frozen_cents <> 0 OR approved_cents <> 0 OR unpaid_cents <> 0"
     " OR due_count <> 0",
     "SELECT * FROM (SELECT recipient_id, currency, sum(iif(status = 'pending', amount_cents - reversed_cents, 0)) AS "
     "a,"
     " sum(iif(status = 'frozen' AND frozen_from <> 'paid', amount_cents - reversed_cents, 0)) AS b,"
     " sum(iif(status = 'approved', amount_cents - reversed_cents, 0)) AS c,"
     " sum(iif(paid_at IS NULL, amount_cents - reversed_cents, 0)) AS d, sum(status IN ('approved', 'frozen')) AS e"
     " FROM payment_splits WHERE recipient_id IS NOT NULL GROUP BY 1, 2)"
     " WHERE a <> 0 OR b <> 0 OR c <> 0 OR d <> 0 OR e <> 0"},
    {"earning_totals of transfers",
     "SELECT recipient_id, currency, transferred_cents FROM earning_totals WHERE transferred_cents <> 0",
     "SELECT * FROM (SELECT recipient_id, currency, sum(amount_cents - returned_cents) AS a FROM transfers"
     " WHERE status IN ('sent', 'returned', 'duplicate') GROUP BY 1, 2) WHERE a <> 0"},
    {"daily_figures of users",
     "SELECT * FROM (SELECT day, " FIGURE("signups") " AS a FROM daily_figures GROUP BY day) WHERE a <> 0",
     "SELECT " DAY("u") ", count(*) FROM users u GROUP BY 1"},
    {"daily_figures of enrollments",
     "SELECT * FROM (SELECT day, " FIGURE("checkouts") " AS a, " FIGURE("enrollments") " AS b, " FIGURE(
         "refunds") " AS c, " FIGURE("completions") " AS d FROM daily_figures GROUP BY day) WHERE a <> 0",
     "SELECT * FROM (SELECT " DAY(
         "e") ", sum(is_stray = 0) AS a, sum(enrolled_at IS NOT NULL) AS b,"
              " sum(status = 'refunded' AND enrolled_at IS NOT NULL) AS c, sum(status = 'completed') AS d"
              " FROM enrollments e GROUP BY 1) WHERE a <> 0"},
    {"daily_figures of sessions",
     "SELECT * FROM (SELECT day, " FIGURE("booked") " AS a, " FIGURE("held") " AS b, " FIGURE(
         "missed") " AS c, " FIGURE("cancelled") " AS d FROM daily_figures GROUP BY day) WHERE a <> 0",
     "SELECT " DAY("s") ", count(*), sum(status = 'completed'), sum(status = 'no_show'), sum(status = 'cancelled')"
                        " FROM sessions s GROUP BY 1"},
    {"daily_figures of transactions",
     "SELECT * FROM (SELECT day, currency, " FIGURE("paid") " AS a, " FIGURE(
         "refunded") " AS b FROM daily_figures GROUP BY day, currency) WHERE a <> 0",
     "SELECT " DAY("t") ", currency, sum(amount_cents), sum(refunded_cents) FROM transactions t GROUP BY 1, 2"},
    {"daily_figures of shares",
     "SELECT * FROM (SELECT day, currency, " FIGURE("platform") " AS a, " FIGURE("earned") " AS b, " FIGURE(
         "transferred") " AS c FROM daily_figures GROUP BY day, currency) WHERE a <> 0 OR b <> 0 OR c <> 0",
     "SELECT * FROM (SELECT " DAY(
         "t") ", s.currency,"
              " sum(iif(s.recipient_type = 'platform', s.amount_cents - s.reversed_cents, 0)) AS a,"
              " sum(iif(s.recipient_type <> 'platform', s.amount_cents - s.reversed_cents, 0)) AS b,"
              " sum(iif(s.status = 'paid', s.amount_cents - s.reversed_cents, 0)) AS c"
              " FROM payment_splits s JOIN transactions t ON t.id = s.transaction_id GROUP BY 1, 2)"
              " WHERE a <> 0 OR b <> 0 OR c <> 0"},
}};

#undef FIGURE
#undef DAY

/// A query for how many rows of one query the other has not.
std::string missing(std::string_view one, std::string_view other) {
  std::string sql = "(SELECT count(*) FROM (SELECT * FROM (";
  return sql.append(one).append(") EXCEPT SELECT * FROM (").append(other).append(")))");
}

}  // namespace

const std::vector<KeptSum>& kept_sums() {
  static const std::vector<KeptSum> all = [] {
    std::vector<KeptSum> made;
    for (const auto& [name, kept, counted] : sums)
      made.push_back({name, "SELECT " + missing(kept, counted) + " + " + missing(counted, kept)});
    return made;
  }();
  return all;
}

std::string wrong_sums(SqliteDatabase& database) {
  if (database.count("SELECT count(*) FROM sqlite_master WHERE name = 'daily_figures'") == 0) return {};
  std::string wrong;
  for (const auto& [name, differing] : kept_sums())
    if (database.count(differing) != 0) wrong += (wrong.empty() ? "" : ", ") + name;
  return wrong;
}

}  // namespace isthmus::native
