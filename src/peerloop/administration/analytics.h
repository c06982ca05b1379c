#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/input.h"

/// How the business goes.
namespace isthmus::peerloop {

// These describe what SQLite writes (see `queries.cpp`).

struct MoneyFigures {
  std::string currency;
  std::int64_t paidCents = 0, refundedCents = 0, platformCents = 0, earnedCents = 0, transferredCents = 0;
};
constexpr auto schema(MoneyFigures*) {
  return object("MoneyFigures", field("currency", &MoneyFigures::currency),
                field("paidCents", &MoneyFigures::paidCents, described("Paid by students")),
                field("refundedCents", &MoneyFigures::refundedCents, described("Of that, gone back so far")),
                field("platformCents", &MoneyFigures::platformCents, described("What is left of it for the platform")),
                field("earnedCents", &MoneyFigures::earnedCents, described("What is left of it for who teaches")),
                field("transferredCents", &MoneyFigures::transferredCents, described("Of that, paid out so far")));
}

struct Analytics {
  Timestamp from, to;
  std::int64_t signups = 0, checkouts = 0, enrollments = 0, refunds = 0, completions = 0, newTeachers = 0;
  std::optional<double> conversion, completionRate, studentToTeacher;
  std::int64_t sessionsBooked = 0, sessionsCompleted = 0, sessionsMissed = 0, sessionsCancelled = 0;
  std::vector<MoneyFigures> money;
};
constexpr auto schema(Analytics*) {
  return object(
      "Analytics", field("from", &Analytics::from), field("to", &Analytics::to),
      field("signups", &Analytics::signups, described("Accounts made in the period")),
      field("checkouts", &Analytics::checkouts, described("Enrollments begun in the period")),
      field("enrollments", &Analytics::enrollments, described("Of those, paid")),
      field("refunds", &Analytics::refunds,
            described("Of those, refunded whole. A payment that enrolled nobody and went back is none")),
      field("completions", &Analytics::completions, described("Of those, completed")),
      field("newTeachers", &Analytics::newTeachers,
            described("Of those who completed, who may teach the course by now")),
      field("conversion", &Analytics::conversion, described("Paid of begun, 0 to 1; null where none began")),
      field("completionRate", &Analytics::completionRate, described("Completed of paid and not refunded, 0 to 1")),
      field("studentToTeacher", &Analytics::studentToTeacher, described("Teaching of completed")),
      field("sessionsBooked", &Analytics::sessionsBooked, described("Sessions booked in the period")),
      field("sessionsCompleted", &Analytics::sessionsCompleted), field("sessionsMissed", &Analytics::sessionsMissed),
      field("sessionsCancelled", &Analytics::sessionsCancelled),
      field("money", &Analytics::money, described("Of the payments that came in the period, by currency")));
}

struct AnalyticsQuery {
  std::optional<Timestamp> from, to;
};
constexpr auto schema(AnalyticsQuery*) {
  return object(
      "AnalyticsQuery",
      field("from", &AnalyticsQuery::from, described("30 days before the end if absent; from that day's start")),
      field("to", &AnalyticsQuery::to,
            described("Now if absent; to that day's end, in UTC. At most 366 days behind the beginning")));
}

/// What an operator looks at first.
struct ServiceCounters {
  std::int64_t signInsToday = 0, paymentsToday = 0, enrollmentsWaiting = 0;
  std::int64_t sessionsUpcoming = 0, sessionsRunning = 0;
  std::int64_t webhooksToday = 0, webhooksFailed = 0;
  std::int64_t outboxWaiting = 0, outboxLate = 0, outboxDead = 0;
  std::int64_t ledgerImbalances = 0;
};
constexpr auto schema(ServiceCounters*) {
  return object(
      "ServiceCounters", field("signInsToday", &ServiceCounters::signInsToday, described("In the last 24 hours")),
      field("paymentsToday", &ServiceCounters::paymentsToday),
      field("enrollmentsWaiting", &ServiceCounters::enrollmentsWaiting, described("Payment pages that are open")),
      field("sessionsUpcoming", &ServiceCounters::sessionsUpcoming, described("Beginning within 24 hours")),
      field("sessionsRunning", &ServiceCounters::sessionsRunning),
      field("webhooksToday", &ServiceCounters::webhooksToday),
      field("webhooksFailed", &ServiceCounters::webhooksFailed, described("All that wait for a replay")),
      field("outboxWaiting", &ServiceCounters::outboxWaiting),
      field("outboxLate", &ServiceCounters::outboxLate, described("Due for more than ten minutes")),
      field("outboxDead", &ServiceCounters::outboxDead),
      field("ledgerImbalances", &ServiceCounters::ledgerImbalances,
            described("Movements of the last 24 hours that do not sum to zero: must be 0")));
}

Task<Result<Response>> show_analytics(Request& request, AnalyticsQuery query);
Task<Result<Response>> show_counters(Request& request);

}  // namespace isthmus::peerloop
