#include "peerloop/enrollments/enroll.h"

#include "adapters/payments/stripe.h"
#include "peerloop/enrollments/queries.h"
#include "peerloop/return_addresses.h"

namespace isthmus::peerloop {

namespace {

/// What a place in the database gave.
struct Placed {
  std::vector<std::string> replaced_pages;
  bool is_new = false;
  std::optional<Standing> standing;
  std::optional<Response> earlier;  ///< what this Idempotency-Key was answered before: nothing was placed
};

struct ReleasedRow {
  std::optional<std::string> session_id;
};

Result<void> check_teacher(const Enroll& body) {
  Problems problems;
  const bool by_student_teacher = body.instructorType == InstructorType::student_teacher;
  problems.within("studentTeacherId", [&] {
    if (by_student_teacher && !body.studentTeacherId) problems.add("is required where a student-teacher teaches");
    if (!by_student_teacher && body.studentTeacherId) problems.add("must not be given where the creator teaches");
  });
  if (!problems.empty()) return Failure(problems.to_error());
  return {};
}

Task<Result<Placed>> place(Request& request, Choice choice, std::string new_id) {
  // Running twice is harmless: the second run finds the first one's row.
  auto [sets, earlier] = co_await claim(request, place_enrollment(choice, new_id, request.now()));
  Placed placed;
  if (earlier) {
    placed.earlier = std::move(earlier);
    co_return placed;
  }
  for (auto& released : co_await std::move(sets[0]).as<ReleasedRow>())
    if (released.session_id) placed.replaced_pages.push_back(*std::move(released.session_id));
  placed.standing = co_await std::move(sets[2]).first<Standing>();
  placed.is_new = placed.standing && placed.standing->enrollment_id == new_id;
  co_return placed;
}

Error already_enrolled() { return conflict("You are enrolled in this course already.", "already_enrolled"); }

/// The enrollment that is to be paid, or why there is none.
Result<Standing> payable(std::optional<Standing> standing) {
  if (!standing || (standing->course_status == "draft" && !standing->own_course)) return Failure(not_found("course"));
  if (standing->own_course) return Failure(conflict("This is your own course.", "own_course"));
  if (standing->status && *standing->status != "pending") return Failure(already_enrolled());
  if (standing->course_status != "published")
    return Failure(conflict("This course can not be booked at present.", "course_not_published"));
  if (!standing->teacher_available || !standing->enrollment_id)
    return Failure(conflict("This teacher does not teach this course at present.", "teacher_not_available"));
  return *std::move(standing);
}

Result<ReturnAddresses> ways_back(const Settings& settings, const Enroll& body, std::string_view enrollment_id) {
  const std::string page = "/enrollments/" + std::string(enrollment_id) + "?checkout=";
  return return_addresses(settings, {"successUrl", body.successUrl, page + "paid&session_id={CHECKOUT_SESSION_ID}"},
                          {"cancelUrl", body.cancelUrl, page + "cancelled"});
}

CheckoutRequest checkout_for(const Standing& standing, ReturnAddresses addresses) {
  return {"checkout:" + *standing.enrollment_id,
          *standing.enrollment_id,
          standing.course_title,
          *standing.price_cents,
          *standing.currency,
          standing.student_email,
          std::move(addresses.done),
          std::move(addresses.given_up),
          *standing.checkout_expires_at};
}

/// The page that stands in the database: ours, or that of a parallel request that was first. None where it was paid or
/// replaced meanwhile.
Result<EnrollmentCheckout> standing_page(std::string enrollment_id, const std::optional<OpenCheckout>& now_open) {
  if (!now_open || now_open->status == "released")
    return Failure(
        conflict("Another request took the place of this one. Please try again.", "state_changed").with_retry_after(1));
  if (now_open->status != "pending" || !now_open->url) return Failure(already_enrolled());
  return EnrollmentCheckout{std::move(enrollment_id), "pending", *now_open->url, *now_open->session_id};
}

/// Frees the place for which no page was opened, and the key with it.
Task<Result<void>> release(Request& request, std::string enrollment_id) {
  std::vector<Statement> batch;
  batch.push_back(release_unopened(enrollment_id, request.now()));
  if (auto forgetting = request.forget()) batch.push_back(*std::move(forgetting));
  co_await request.db().batch(std::move(batch), OnLostAnswer::retry);
  request.disclaim_key();
  co_return Result<void>();
}

Task<Result<Response>> open_page(Request& request, Standing standing, ReturnAddresses addresses, bool is_new) {
  StripePayments payments(request.host());
  const std::string id = *standing.enrollment_id;
  auto page = co_await attempt(payments.create_checkout(checkout_for(standing, std::move(addresses))));
  if (!page) {
    // The next try begins afresh, under a new key: the provider may have kept its failure under this one. Where another
    // request is just opening the page, it is that one's.
    if (page.error().code != payment_error::busy) co_await attempt(release(request, id));
    co_return Failure(std::move(page).error());
  }

  const int status = is_new ? 201 : 200;
  std::vector<Statement> batch{open_checkout(id, page->id, page->url, request.now())};
  if (auto remembering = request.remember(status, checkout_as_json(id))) {
    batch.push_back(*std::move(remembering));
    batch.push_back(*request.forget_unanswered());
  }
  auto sets = co_await request.db().batch(std::move(batch), OnLostAnswer::retry);
  auto answer = standing_page(id, co_await std::move(sets.front()).first<OpenCheckout>());
  if (!answer || answer->checkoutSessionId != page->id) request.after(close_checkout(request.host(), page->id));
  if (!answer) {
    request.disclaim_key();
    co_return Failure(std::move(answer).error());
  }
  co_return json_response(status, encode(*answer));
}

}  // namespace

Task<Result<Response>> enroll(Request& request, Enroll body) {
  co_await check_teacher(body);
  co_await ways_back(request.settings(), body, {});

  const std::string new_id = request.host().random.uuid(request.now());
  auto placed = co_await place(
      request,
      {std::string(request.param("id")), request.user().user_id, body.instructorType, std::move(body.studentTeacherId)},
      new_id);
  if (placed.earlier) co_return *std::move(placed.earlier);
  for (auto& page : placed.replaced_pages) request.after(close_checkout(request.host(), std::move(page)));

  auto standing = co_await payable(std::move(placed.standing));
  if (standing.checkout_url)
    co_return ok(
        EnrollmentCheckout{*standing.enrollment_id, "pending", *standing.checkout_url, *standing.checkout_session_id});
  auto addresses = co_await ways_back(request.settings(), body, *standing.enrollment_id);
  co_return co_await open_page(request, std::move(standing), std::move(addresses), placed.is_new);
}

Task<Result<void>> close_checkout(Host& host, std::string session_id) {
  StripePayments payments(host);
  auto closed = co_await attempt(payments.expire_checkout(std::move(session_id)));
  // Refused: it was paid, or is over. The events about it say which.
  if (!closed && closed.error().code != payment_error::refused) co_return Failure(std::move(closed).error());
  co_return Result<void>();
}

}  // namespace isthmus::peerloop
