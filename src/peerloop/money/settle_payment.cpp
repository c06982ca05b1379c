#include <algorithm>

#include "peerloop/feeds/mirror.h"
#include "peerloop/mail/mail.h"
#include "peerloop/money/disputes/settle_dispute.h"
#include "peerloop/money/event_effect.h"
#include "peerloop/money/refund_outbox.h"

namespace isthmus::peerloop {

namespace {

struct Facts {
  std::optional<PaidEnrollment> enrollment;
  std::optional<Rival> rival;
  std::vector<WaitingRefund> waiting;
  std::vector<WaitingDispute> disputes;

  std::int64_t refunded_cents() const { return waiting.empty() ? 0 : waiting.back().cumulative_cents; }
};

Task<Result<Facts>> read_facts(Host& host, PaidCheckout paid) {
  auto reading = read_paid_checkout(paid.session_id, paid.reference, paid.payment_intent);
  reading.push_back(waiting_disputes(paid.payment_intent));
  auto sets = co_await host.database.batch(std::move(reading), OnLostAnswer::retry);
  Facts facts;
  facts.enrollment = co_await std::move(sets[0]).first<PaidEnrollment>();
  facts.rival = co_await std::move(sets[1]).first<Rival>();
  facts.waiting = co_await std::move(sets[2]).as<WaitingRefund>();
  facts.disputes = co_await std::move(sets[3]).as<WaitingDispute>();
  co_return facts;
}

/// What a payment leads to.
enum class Verdict {
  unknown,  ///< it is not about an enrollment of ours
  known,    ///< it was settled before
  misfit,   ///< it is not what was asked for
  enroll,
  refunded,  ///< all of it went back before we heard that it came
  go_back,   ///< the student is enrolled already, or one of the people has gone: all of it goes back
  stray,     ///< the enrollment was paid by another payment: all of it goes back
};

Verdict judge(const Facts& facts, const PaidCheckout& paid) {
  if (!facts.enrollment) return Verdict::unknown;
  const PaidEnrollment& enrollment = *facts.enrollment;
  const bool same_page = enrollment.checkout_session_id == paid.session_id;
  if (enrollment.transaction_id && (same_page || enrollment.paid_with == paid.payment_intent)) return Verdict::known;
  if (paid.amount_cents != enrollment.price_cents || paid.currency != enrollment.currency) return Verdict::misfit;
  if (enrollment.transaction_id) return Verdict::stray;
  if (facts.refunded_cents() > enrollment.price_cents) return Verdict::misfit;
  if (facts.refunded_cents() == enrollment.price_cents) return Verdict::refunded;
  if (enrollment.has_lost_somebody) return Verdict::go_back;
  return facts.rival && facts.rival->status != "pending" ? Verdict::go_back : Verdict::enroll;
}

/// Whose a payment is. What is to go back belongs to nobody else in between, so that nobody sees it as earned.
std::vector<Portion> portions_of(const PaidEnrollment& enrollment, bool goes_back) {
  if (goes_back) return {{RecipientType::platform, {}, enrollment.price_cents}};
  const auto taught_by = value_named<InstructorType>(enrollment.instructor_type).value_or(InstructorType::creator);
  std::vector<Portion> portions;
  for (const Share& share : split_price(enrollment.price_cents, taught_by)) {
    std::optional<std::string> whose;
    if (share.recipient == RecipientType::creator) whose = enrollment.creator_id;
    if (share.recipient == RecipientType::student_teacher) whose = enrollment.teacher_id;
    portions.push_back({share.recipient, std::move(whose), share.cents});
  }
  return portions;
}

/// The transaction with its splits and movements, including the refunds that came before it.
void keep_books(std::vector<Statement>& effect, Host& host, const NewTransaction& transaction,
                const std::vector<Portion>& portions, const Facts& facts, std::string_view session_id, Timestamp now) {
  std::vector<std::int64_t> shares;
  shares.reserve(portions.size());
  for (const Portion& portion : portions) shares.push_back(portion.cents);

  effect.push_back(guard_waiting_refunds(transaction.payment_intent, transaction.refunded_cents));
  effect.push_back(guard_waiting_disputes(transaction.payment_intent, facts.disputes));
  effect.push_back(insert_transaction(transaction, now));
  const auto reversed = apportion_refund(shares, transaction.refunded_cents);
  std::vector<Split> splits;
  for (std::size_t i = 0; i < portions.size(); ++i) {
    splits.push_back({host.random.uuid(now), std::string(name_of(portions[i].recipient)), portions[i].recipient_id,
                      portions[i].cents, reversed[i]});
    effect.push_back(insert_split(splits.back().id, transaction, portions[i], reversed[i], now));
  }
  effect.push_back(post_movement(host, cause_of_checkout(session_id), transaction.id, transaction.currency,
                                 postings_of_payment(portions), now));
  std::vector<std::int64_t> before(shares.size());
  for (const WaitingRefund& refund : facts.waiting) {
    const auto after = apportion_refund(shares, refund.cumulative_cents);
    std::vector<Portion> back = portions;
    for (std::size_t i = 0; i < back.size(); ++i) back[i].cents = after[i] - before[i];
    effect.push_back(post_movement(host, cause_of_refund(refund.charge_id, refund.cumulative_cents), transaction.id,
                                   transaction.currency, postings_of_refund(back), now));
    before = after;
  }
  if (!facts.waiting.empty()) effect.push_back(attach_waiting_refunds(transaction.payment_intent, transaction.id));
  append(effect,
         apply_waiting_disputes(host,
                                {transaction.id, transaction.enrollment_id, transaction.amount_cents,
                                 transaction.currency, transaction.refunded_cents, 0, facts.enrollment->course_title},
                                splits, facts.disputes, now));
}

void tell_people(std::vector<Statement>& effect, Host& host, const PaidEnrollment& enrollment) {
  const std::string cause = "enrollment:" + enrollment.id;
  const auto values = [&](std::string_view other, std::string_view name) {
    JsonWriter json;
    json.begin_object().member("courseTitle", enrollment.course_title).member("courseSlug", enrollment.course_slug);
    json.member("enrollmentId", enrollment.id).member(other, name);
    json.member("amount", money_text(enrollment.price_cents, enrollment.currency)).end_object();
    return std::move(json).text();
  };
  effect.push_back(queue_mail(host, Mail::enrollment_confirmed, enrollment.student_id, cause,
                              values("teacherName", enrollment.teacher_name)));
  effect.push_back(queue_mail(host, Mail::new_student, enrollment.teacher_id, cause,
                              values("studentName", enrollment.student_name)));
}

std::vector<Statement> effect_of(Host& host, Verdict verdict, const Facts& facts, const PaidCheckout& paid) {
  const Timestamp now = host.clock.now();
  const PaidEnrollment& enrollment = *facts.enrollment;
  const bool goes_back = verdict == Verdict::go_back || verdict == Verdict::stray;
  NewTransaction transaction{host.random.uuid(now), enrollment.id,       enrollment.price_cents,
                             enrollment.currency,   paid.payment_intent, {},
                             facts.refunded_cents()};
  if (!facts.waiting.empty()) transaction.charge_id = facts.waiting.front().charge_id;

  std::vector<Statement> effect;
  if (verdict == Verdict::stray) {
    transaction.enrollment_id = host.random.uuid(now);
    effect.push_back(insert_stray_enrollment(enrollment.id, transaction.enrollment_id, paid.session_id, now));
  } else {
    // The place is freed first: a student has one live enrollment in a course.
    if (verdict == Verdict::enroll && facts.rival) effect.push_back(release_rival(facts.rival->id, now));
    const std::string_view status = verdict == Verdict::enroll     ? "enrolled"
                                    : verdict == Verdict::refunded ? "refunded"
                                                                   : std::string_view(enrollment.status);
    append(effect, settle_enrollment(enrollment, status, paid.session_id, now));
    if (verdict == Verdict::enroll) effect.push_back(guard_all_there(enrollment));
  }
  keep_books(effect, host, transaction, portions_of(enrollment, goes_back), facts, paid.session_id, now);
  if (verdict == Verdict::enroll) {
    tell_people(effect, host, enrollment);
    mirror_enrollment(effect, host, enrollment.id, "enrolled");
  }
  if (!facts.waiting.empty())
    effect.push_back(tell_of_refund(host,
                                    {transaction.id, transaction.enrollment_id, transaction.amount_cents,
                                     transaction.currency, 0, 0, enrollment.student_id, enrollment.course_title},
                                    cause_of_refund(facts.waiting.back().charge_id, facts.refunded_cents()),
                                    facts.refunded_cents(),
                                    verdict == Verdict::refunded ? Refunded::whole : Refunded::in_part));
  if (goes_back && transaction.payment_intent)
    effect.push_back(enqueue_refund(host, *transaction.payment_intent, transaction.enrollment_id, now));
  return effect;
}

std::string misfit_text(const PaidEnrollment& enrollment, const PaidCheckout& paid) {
  return "paid " + std::to_string(paid.amount_cents) + ' ' + paid.currency + " for a price of " +
         std::to_string(enrollment.price_cents) + ' ' + enrollment.currency;
}

}  // namespace

Task<Result<Settled>> settle_payment(Host& host, WebhookEvent event, PaidCheckout paid) {
  for (int tries = 1;; ++tries) {
    const Facts facts = co_await read_facts(host, paid);
    const Verdict verdict = judge(facts, paid);
    if (verdict == Verdict::unknown) co_return Settled{co_await record_ignored_event(host, std::move(event)), {}};
    if (verdict == Verdict::known) co_return co_await record_known_event(host, std::move(event));
    if (verdict == Verdict::misfit)
      co_return co_await record_misfit(host, std::move(event), paid.session_id, facts.enrollment->id,
                                       misfit_text(*facts.enrollment, paid));

    const auto recorded = co_await try_to_record(host, event, effect_of(host, verdict, facts, paid), tries);
    if (!recorded) continue;
    Settled settled{*recorded, {}};
    if (verdict == Verdict::enroll && facts.rival) settled.page_to_close = facts.rival->checkout_session_id;
    co_return settled;
  }
}

Task<Result<Settled>> release_expired(Host& host, WebhookEvent event, std::string session_id, std::string reference) {
  std::vector<Statement> effect;
  effect.push_back(release_checkout(session_id, reference, host.clock.now()));
  effect.push_back(ignored_unless_changed(event));
  co_return Settled{co_await record_event(host, std::move(event), std::move(effect)), {}};
}

}  // namespace isthmus::peerloop
