#include "peerloop/money/statement.h"

#include <algorithm>

#include "http/pagination.h"
#include "peerloop/money/csv.h"

namespace isthmus::peerloop {

namespace {

constexpr std::int64_t most_lines = 5000;

/// The smallest id that a movement of this moment could have: ids are UUIDs that begin with their time.
std::string first_id_of(Timestamp at) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id;
  for (int shift = 44; shift >= 0; shift -= 4) {
    id += digits[static_cast<std::size_t>((at.ms >> shift) & 15)];
    if (id.size() == 8) id += '-';
  }
  return id;
}

struct Line {
  std::string movement_id;
  std::string account;
  Timestamp at;
  std::string cause;
  std::int64_t cents = 0;
  std::optional<std::string> enrollment_id;
  std::optional<std::string> course_title;
};

struct Span {
  std::string month;        ///< "2026-09"
  std::string begins;       ///< the first id that a movement of the month could have
  std::string from, until;  ///< ids of movements; `from` itself belongs to it where it names a moment
  std::string currency;
  bool is_first = true;
};

/// What a person's account had when the month began, and what moved in it up to where this page begins.
Statement balance_before(std::string_view user_id, const Span& span) {
  return sql(R"(
      SELECT -coalesce((SELECT sum(amount_cents) FROM ledger_months
                        WHERE account = 'payable:' || ?1 AND currency = ?2 AND month < ?3), 0)
             - coalesce((SELECT sum(amount_cents) FROM ledger_entries
                         WHERE account = 'payable:' || ?1 AND currency = ?2 AND movement_id >= ?4
                           AND movement_id <= ?5), 0))",
             user_id, span.currency, span.month, span.begins, span.is_first ? "" : span.from);
}

Statement lines_of(std::string_view user_id, const Span& span) {
  return sql(R"(
      SELECT l.movement_id, l.account, m.created_at, m.cause, -l.amount_cents, x.enrollment_id, c.title
      FROM ledger_entries l JOIN ledger_movements m ON m.id = l.movement_id
      LEFT JOIN transactions x ON x.id = m.transaction_id LEFT JOIN enrollments e ON e.id = x.enrollment_id
      LEFT JOIN courses c ON c.id = e.course_id
      WHERE l.account = 'payable:' || ?1 AND l.currency = ?2 AND l.movement_id > ?3 AND l.movement_id < ?4
      ORDER BY l.movement_id LIMIT CAST(?5 AS INTEGER))",
             user_id, span.currency, span.from, span.until, most_lines + 1);
}

/// Entries of whole movements: `account` goes along in the cursor.
Statement lines_of_books(const Span& span, std::string_view after_account) {
  return sql(R"(
      SELECT l.movement_id, l.account, m.created_at, m.cause, l.amount_cents, x.enrollment_id, NULL AS title
      FROM ledger_movements m JOIN ledger_entries l ON l.movement_id = m.id
      LEFT JOIN transactions x ON x.id = m.transaction_id
      WHERE m.id >= ?2 AND m.id < ?3 AND m.currency = ?1 AND (m.id, l.account) > (?2, ?5)
      ORDER BY m.id, l.account LIMIT CAST(?4 AS INTEGER))",
             span.currency, span.from, span.until, most_lines + 1, after_account);
}

struct Balance {
  std::int64_t cents = 0;
};

/// "refund:ch_1:500" is a refund; what stands behind is the provider's name of it.
std::string_view kind_of(std::string_view cause) { return cause.substr(0, cause.find(':')); }
std::string_view reference_of(std::string_view cause) {
  const auto colon = cause.find(':');
  return colon == std::string_view::npos ? std::string_view() : cause.substr(colon + 1);
}

Response csv_response(CsvWriter csv, std::string name, std::optional<std::string> next) {
  Response response{200,
                    {{"content-type", "text/csv; charset=utf-8; header=present"},
                     {"content-disposition", "attachment; filename=\"" + std::move(name) + ".csv\""},
                     {"cache-control", "private, no-store"}},
                    std::move(csv).take(),
                    0};
  if (next) response.headers.push_back({"x-next-cursor", *std::move(next)});
  return response;
}

/// Cuts the line that says that there are more, and gives the cursor to them.
std::optional<std::string> cut(std::vector<Line>& lines) {
  if (lines.size() <= static_cast<std::size_t>(most_lines)) return std::nullopt;
  lines.resize(static_cast<std::size_t>(most_lines));
  return encode_cursor({lines.back().account, lines.back().movement_id});
}

Result<Span> span_of(const StatementQuery& query, const std::optional<Cursor>& after) {
  const auto month = month_named(query.month);
  if (!month) {
    Problems problems;
    problems.within("month", [&] { problems.add("must be a month: YYYY-MM"); });
    return Failure(problems.to_error());
  }
  const std::string begins = first_id_of(month->begins);
  Span span{query.month, begins, begins, first_id_of(month->ends), query.currency.value_or("usd"), !after};
  if (!after) return span;
  if (after->id < span.from || after->id >= span.until) return Failure(invalid_cursor());
  span.from = after->id;
  return span;
}

}  // namespace

std::optional<Month> month_named(std::string_view text) {
  const auto begins = from_rfc3339(std::string(text) + "-01T00:00:00Z");
  if (!begins || text.size() != 7 || begins->ms < 1'000'000'000'000) return std::nullopt;
  // No month is longer than 31 days, and none shorter than 28: four days into the next one names it.
  const auto ends = from_rfc3339(to_rfc3339(*begins + 32 * day).substr(0, 7) + "-01T00:00:00Z");
  if (!ends || ends->ms > 9'999'999'999'999) return std::nullopt;
  return Month{*begins, *ends};
}

Task<Result<Response>> show_statement(Request& request, StatementQuery query) {
  const auto after = co_await decode_cursor(query.cursor);
  const Span span = co_await span_of(query, after);
  const std::string user_id = request.user().user_id;
  std::vector<Statement> reading;
  reading.push_back(balance_before(user_id, span));
  reading.push_back(lines_of(user_id, span));
  auto sets = co_await request.db().batch(std::move(reading), OnLostAnswer::retry);
  std::int64_t balance = (co_await std::move(sets[0]).first<Balance>()).value_or(Balance{}).cents;
  auto lines = co_await std::move(sets[1]).as<Line>();
  auto next = cut(lines);

  CsvWriter csv;
  if (span.is_first) {
    for (const std::string_view column :
         {"date", "type", "reference", "course", "enrollment", "currency", "amount", "balance"})
      csv.text(column);
    csv.end_line().text(query.month + "-01T00:00:00.000Z").text("opening balance").text("").text("").text("");
    csv.text(span.currency).text("").money(balance, span.currency).end_line();
  }
  for (const Line& line : lines) {
    balance += line.cents;
    csv.text(to_rfc3339(line.at)).text(kind_of(line.cause)).text(reference_of(line.cause));
    csv.text(line.course_title.value_or("")).text(line.enrollment_id.value_or("")).text(span.currency);
    csv.money(line.cents, span.currency).money(balance, span.currency).end_line();
  }
  co_return csv_response(std::move(csv), "statement-" + query.month + "-" + span.currency, std::move(next));
}

Task<Result<Response>> show_books(Request& request, StatementQuery query) {
  const auto after = co_await decode_cursor(query.cursor);
  const Span span = co_await span_of(query, after);
  auto lines = co_await request.db().all<Line>(lines_of_books(span, after ? after->value : ""));
  auto next = cut(lines);

  CsvWriter csv;
  if (span.is_first) {
    for (const std::string_view column :
         {"date", "movement", "type", "reference", "enrollment", "account", "currency", "debit"})
      csv.text(column);
    csv.end_line();
  }
  for (const Line& line : lines) {
    csv.text(to_rfc3339(line.at)).text(line.movement_id).text(kind_of(line.cause)).text(reference_of(line.cause));
    csv.text(line.enrollment_id.value_or("")).text(line.account).text(span.currency);
    csv.money(line.cents, span.currency).end_line();
  }
  co_return csv_response(std::move(csv), "books-" + query.month + "-" + span.currency, std::move(next));
}

}  // namespace isthmus::peerloop
