#include "peerloop/webhooks/missed_events.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "adapters/payments/stripe.h"
#include "json/writer.h"
#include "peerloop/enrollments/enroll.h"
#include "peerloop/webhooks/stripe.h"
#include "peerloop/webhooks/stripe_event.h"

namespace isthmus::peerloop {

namespace {

constexpr Millis pause = 10 * minute;
/// Younger events are still on their way.
constexpr Millis on_their_way = 15 * minute;
/// Of 50 events each. What is left waits for the next look.
constexpr int most_pages = 10;

struct Cursor {
  std::optional<std::string> event_id;
  std::optional<Timestamp> looked_at;
};

Statement read_cursor() { return sql("SELECT event_id, looked_at FROM event_cursors WHERE provider = 'stripe'"); }

Statement move_cursor(const std::optional<std::string>& event_id, Timestamp now) {
  return sql(R"(
      INSERT INTO event_cursors (provider, event_id, looked_at) VALUES ('stripe', ?1, ?2)
      ON CONFLICT (provider) DO UPDATE SET event_id = excluded.event_id, looked_at = excluded.looked_at)",
             event_id, now);
}

struct EventId {
  std::string id;
};

/// Which of the events were never heard of.
Statement unheard_of(const std::vector<StripeEventText>& events) {
  JsonWriter ids;
  ids.begin_array();
  for (const StripeEventText& event : events) ids.value(event.id);
  ids.end_array();
  return sql(R"(
      SELECT value FROM json_each(?1)
      WHERE NOT EXISTS (SELECT 1 FROM webhook_events WHERE provider = 'stripe' AND event_id = value))",
             std::move(ids).text());
}

/// A page of events behind the cursor. One that Stripe does not know any more stands for none.
Task<Result<StripeEvents>> read_page(StripePayments& payments, std::optional<std::string> cursor, Timestamp before) {
  auto page = co_await attempt(payments.events_after(cursor, before, stripe_event_types));
  if (!page && cursor && page.error().code == payment_error::refused)
    page = co_await attempt(payments.events_after({}, before, stripe_event_types));
  co_return page;
}

Task<Result<void>> take(Host& host, const StripeEventText& event) {
  LogLine(host, Log::Level::warning, "an event of stripe was never delivered").with("eventId", event.id);
  auto settled = co_await attempt(process_stripe_event(host, event.body));
  if (settled && settled->page_to_close) co_await attempt(close_checkout(host, *std::move(settled->page_to_close)));
  // What was refused is recorded as failed, for an admin; only an outage is worth stopping for.
  if (!settled && settled.error().status >= 500) co_return Failure(std::move(settled).error());
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> take_missed_events(Host& host, Timestamp now) {
  if (!host.settings.find("STRIPE_SECRET_KEY")) co_return Result<void>();
  Cursor cursor = (co_await host.database.first<Cursor>(read_cursor())).value_or(Cursor{});
  if (cursor.looked_at && now - *cursor.looked_at < pause) co_return Result<void>();

  StripePayments payments(host);
  for (int pages = 1;; ++pages) {
    const StripeEvents page = co_await read_page(payments, cursor.event_id, now - on_their_way);
    if (!page.events.empty()) {
      const auto unheard = co_await host.database.all<EventId>(unheard_of(page.events));
      for (const StripeEventText& event : page.events)
        if (std::ranges::contains(unheard, event.id, &EventId::id)) co_await take(host, event);
      cursor.event_id = page.events.back().id;
    }
    co_await host.database.write(move_cursor(cursor.event_id, now));
    if (page.events.empty() || !page.has_more || pages == most_pages) co_return Result<void>();
  }
}

}  // namespace isthmus::peerloop
