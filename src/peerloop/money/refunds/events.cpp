#include "peerloop/money/event_effect.h"
#include "peerloop/money/refunds/queries.h"

namespace isthmus::peerloop {

Task<Result<Settled>> settle_failed_refund(Host& host, WebhookEvent event, FailedRefund refund) {
  const auto payment = co_await host.database.first<PaymentOfRefund>(payment_of_refund(refund));
  if (!payment || refund.amount_cents <= 0)
    co_return Settled{co_await record_ignored_event(host, std::move(event)), {}};
  if (payment->currency != refund.currency)
    co_return co_await record_misfit(host, std::move(event), refund.id, payment->enrollment_id,
                                     "a failed refund in " + refund.currency);
  const WebhookOutcome recorded =
      co_await record_event(host, event, book_failed_refund(host, refund, *payment, host.clock.now()));
  // Two events tell of one failure: `refund.failed`, and `refund.updated` with that status.
  if (recorded == WebhookOutcome::duplicate) co_return co_await record_known_event(host, std::move(event));
  LogLine(host, Log::Level::error, "a refund was sent back by the bank")
      .with("eventId", event.id)
      .with("enrollmentId", payment->enrollment_id);
  co_return Settled{recorded, {}};
}

}  // namespace isthmus::peerloop
