#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "peerloop/courses/currency.h"

/// A month's movements as CSV: what a person sees of the own account, and what an admin sees of all of them.
namespace isthmus::peerloop {

struct StatementQuery {
  std::string month;
  std::optional<std::string> currency;
  std::optional<std::string> cursor;
};
constexpr auto schema(StatementQuery*) {
  return object(
      "StatementQuery", field("month", &StatementQuery::month, length(7, 7), described("A month in UTC: YYYY-MM.")),
      field("currency", &StatementQuery::currency, currency_code, described("Which currency; without it US dollars.")),
      field("cursor", &StatementQuery::cursor, length(1, 500),
            described("The header `x-next-cursor` of the part before. A month with more than 5,000 lines comes "
                      "in parts, which joined are the whole: only the first has the column names.")));
}

Task<Result<Response>> show_statement(Request& request, StatementQuery query);
Task<Result<Response>> show_books(Request& request, StatementQuery query);

/// The first moments of a month and of the one after; nothing where the text is no month.
struct Month {
  Timestamp begins, ends;
};
std::optional<Month> month_named(std::string_view text);

}  // namespace isthmus::peerloop
