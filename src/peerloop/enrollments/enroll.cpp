#include "peerloop/enrollments/enroll.h"

#include "adapters/payments/stripe.h"
#include "peerloop/enrollments/queries.h"
#include "peerloop/enrollments/return_addresses.h"

namespace isthmus::peerloop {

namespace {

/// What a place in the database gave.
struct Placed {
  std::vector<std::string> replaced_pages;
  bool is_new = false;
  std::optional<Standing> standing;
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
  auto sets = co_await request.db().batch(place_enrollment(choice, new_id, request.now()), OnLostAnswer::retry);
  Placed placed;
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

CheckoutRequest checkout_for(const Standing& standing, ReturnAddresses addresses) {
  return {"checkout:" + *standing.enrollment_id,
          *standing.enrollment_id,
          standing.course_title,
          *standing.price_cents,
          *standing.currency,
          standing.student_email,
          std::move(addresses.success),
          std::move(addresses.cancel),
          *standing.checkout_expires_at};
}

/// What became of an enrollment whose page could not be written down: a parallel request opened another page, it was
/// paid, or it was replaced.
Task<Result<EnrollmentCheckout>> page_of_another(Request& request, std::string enrollment_id) {
  const auto now_open = co_await request.db().first<OpenCheckout>(checkout_of(enrollment_id));
  if (!now_open || now_open->status == "released")
    co_return Failure(
        conflict("Another request took the place of this one. Please try again.", "state_changed").with_retry_after(1));
  if (now_open->status != "pending" || !now_open->url) co_return Failure(already_enrolled());
  co_return EnrollmentCheckout{std::move(enrollment_id), "pending", *now_open->url, *now_open->session_id};
}

Task<Result<Response>> open_page(Request& request, Standing standing, ReturnAddresses addresses, bool is_new) {
  StripePayments payments(request.host());
  const std::string id = *standing.enrollment_id;
  auto page = co_await attempt(payments.create_checkout(checkout_for(standing, std::move(addresses))));
  if (!page) {
    // The next try begins afresh, under a new key: the provider may have kept its failure under this one. Where another
    // request is just opening the page, it is that one's.
    if (page.error().code != payment_error::busy)
      co_await attempt(request.db().write(release_unopened(id, request.now())));
    co_return Failure(std::move(page).error());
  }

  const EnrollmentCheckout answer{id, "pending", page->url, page->id};
  Response response = is_new ? created(answer) : ok(answer);
  auto batch = open_checkout(id, page->id, page->url, request.now());
  if (auto remembering = request.remember(response)) batch.push_back(*std::move(remembering));
  auto written = co_await attempt(request.db().batch(std::move(batch), OnLostAnswer::retry));
  if (written) co_return response;
  if (!violates(written.error(), "guard:state_changed")) co_return Failure(std::move(written).error());

  auto other = co_await attempt(page_of_another(request, id));
  if (!other || other->checkoutSessionId != page->id) request.after(close_checkout(request.host(), page->id));
  if (!other) co_return Failure(std::move(other).error());
  Response instead = ok(*other);
  if (auto remembering = request.remember(instead)) co_await attempt(request.db().write(*std::move(remembering)));
  co_return instead;
}

}  // namespace

Task<Result<Response>> enroll(Request& request, Enroll body) {
  co_await check_teacher(body);
  const AllowedOrigins allowed{request.settings().get("APP_URL", "http://localhost:8787"),
                               request.settings().get("CORS_ORIGINS")};
  co_await return_addresses(allowed, body.successUrl, body.cancelUrl, {});

  const std::string new_id = request.host().random.uuid(request.now());
  auto placed = co_await place(
      request,
      {std::string(request.param("id")), request.user().user_id, body.instructorType, std::move(body.studentTeacherId)},
      new_id);
  for (auto& page : placed.replaced_pages) request.after(close_checkout(request.host(), std::move(page)));

  auto standing = co_await payable(std::move(placed.standing));
  if (standing.checkout_url)
    co_return ok(
        EnrollmentCheckout{*standing.enrollment_id, "pending", *standing.checkout_url, *standing.checkout_session_id});
  auto addresses = co_await return_addresses(allowed, body.successUrl, body.cancelUrl, *standing.enrollment_id);
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
