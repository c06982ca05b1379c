#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "peerloop/money/splits.h"

namespace isthmus::peerloop {

struct Enroll {
  InstructorType instructorType = InstructorType::creator;
  std::optional<std::string> studentTeacherId;
  std::optional<std::string> successUrl;
  std::optional<std::string> cancelUrl;
};
constexpr auto schema(Enroll*) {
  return object(
      "Enroll", field("instructorType", &Enroll::instructorType),
      field("studentTeacherId", &Enroll::studentTeacherId, uuid,
            described("Who teaches, where instructorType is student_teacher.")),
      field("successUrl", &Enroll::successUrl, length(1, 2048),
            described("Where the payment page leads after payment: an address of this application. "
                      "{CHECKOUT_SESSION_ID} is replaced by the checkout's id.")),
      field("cancelUrl", &Enroll::cancelUrl, length(1, 2048),
            described("Where the payment page leads when nothing was paid: an address of this application.")));
}
constexpr std::string_view example_of(Enroll*) {
  return R"({"instructorType":"student_teacher","studentTeacherId":"01a20dab-5158-7194-84ff-14472e2a1fb6"})";
}

/// A payment page that waits for the student.
struct EnrollmentCheckout {
  std::string enrollmentId;
  std::string status;
  std::string checkoutUrl;
  std::string checkoutSessionId;
};
constexpr auto schema(EnrollmentCheckout*) {
  return object("EnrollmentCheckout", field("enrollmentId", &EnrollmentCheckout::enrollmentId),
                field("status", &EnrollmentCheckout::status), field("checkoutUrl", &EnrollmentCheckout::checkoutUrl),
                field("checkoutSessionId", &EnrollmentCheckout::checkoutSessionId));
}

/// Starts an enrollment: 201 with a payment page. Asked again before it was paid, the same page (200); with another
/// teacher, a page for that one in the place of the first. However many requests come at once, a student has one live
/// enrollment in a course and one page for it. The address of the account need not be verified: the money is.
Task<Result<Response>> enroll(Request& request, Enroll body);

/// Closes a payment page that was replaced. Whoever pays on it nevertheless is enrolled or gets the money back.
Task<Result<void>> close_checkout(Host& host, std::string session_id);

}  // namespace isthmus::peerloop
