#include "peerloop/money/event_effect.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "peerloop/feeds/mirror.h"
#include "peerloop/mail/mail.h"
#include "peerloop/scheduling/call_off.h"

namespace isthmus::peerloop {

Task<Result<Settled>> record_known_event(Host& host, WebhookEvent event) {
  co_await record_event(host, std::move(event), {});
  co_return Settled{WebhookOutcome::duplicate, {}};
}

Task<Result<Settled>> record_misfit(Host& host, WebhookEvent event, std::string provider_object,
                                    std::string enrollment_id, std::string reason) {
  const Timestamp now = host.clock.now();
  LogLine(host, Log::Level::error, "a payment does not fit what was asked for")
      .with("eventId", event.id)
      .with("enrollmentId", enrollment_id)
      .with("cause", reason);
  JsonWriter details;
  details.begin_object().member("eventId", event.id).member("enrollmentId", enrollment_id);
  details.member("reason", reason).end_object();
  std::vector<Statement> effect;
  effect.push_back(sql("UPDATE webhook_events SET status = 'failed', error = ?3 WHERE provider = ?1 AND event_id = ?2",
                       event.provider, event.id, std::move(reason)));
  effect.push_back(audit_misfit(host.random.uuid(now), provider_object, details.text(), now));
  co_await record_event(host, std::move(event), std::move(effect));
  co_return Settled{WebhookOutcome::ignored, {}};
}

void end_refunded_enrollment(std::vector<Statement>& effect, Host& host, std::string_view enrollment_id,
                             Timestamp now) {
  effect.push_back(set_enrollment_refunded(enrollment_id, now));
  mirror_enrollment(effect, host, enrollment_id, "refunded");
  effect.push_back(call_off_sessions_of_enrollment(host, enrollment_id));
}

std::vector<Portion> reverse_splits(std::vector<Statement>& effect, std::vector<Split>& splits,
                                    std::int64_t taken_cents, Timestamp now) {
  std::vector<std::int64_t> shares;
  shares.reserve(splits.size());
  for (const Split& split : splits) shares.push_back(split.amount_cents);
  const auto reversed = apportion_refund(shares, taken_cents);
  std::vector<Portion> back;
  for (std::size_t i = 0; i < splits.size(); ++i) {
    Split& split = splits[i];
    back.push_back({value_named<RecipientType>(split.recipient_type).value_or(RecipientType::platform),
                    split.recipient_id, reversed[i] - split.reversed_cents});
    if (reversed[i] == split.reversed_cents) continue;
    split.reversed_cents = reversed[i];
    effect.push_back(reverse_split(split.id, reversed[i], now));
  }
  return back;
}

Statement tell_of_refund(Host& host, const RefundedTransaction& transaction, std::string_view cause, std::int64_t cents,
                         Refunded how) {
  JsonWriter json;
  json.begin_object().member("courseTitle", transaction.course_title);
  json.member("enrollmentId", transaction.enrollment_id).member("amount", money_text(cents, transaction.currency));
  json.member("whole", how == Refunded::whole).end_object();
  return queue_mail(host, Mail::payment_refunded, transaction.student_id, cause, std::move(json).text());
}

std::string money_text(std::int64_t cents, std::string_view currency) {
  // https://docs.stripe.com/currencies#zero-decimal
  constexpr std::array<std::string_view, 16> whole_units{"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga",
                                                         "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"};
  std::string text = std::to_string(cents);
  if (!std::ranges::contains(whole_units, currency)) {
    if (text.size() < 3) text.insert(0, 3 - text.size(), '0');
    text.insert(text.size() - 2, ".");
  }
  text += ' ';
  for (const char c : currency) text += ascii_upper(c);
  return text;
}

}  // namespace isthmus::peerloop
