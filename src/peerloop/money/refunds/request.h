#pragma once

#include <optional>
#include <string>

#include "http/app.h"

namespace isthmus::peerloop {

struct AskRefund {
  std::optional<std::string> reason;
};
constexpr auto schema(AskRefund*) {
  return object("AskRefund", field("reason", &AskRefund::reason, trimmed, length(1, 500),
                                   described("In your own words, for whoever looks at it.")));
}
constexpr std::string_view example_of(AskRefund*) { return R"({"reason":"I moved, and have no evenings left"})"; }

struct AdminRefund {
  std::string enrollmentId;
  std::optional<std::int64_t> amountCents;
  std::string reason;
};
constexpr auto schema(AdminRefund*) {
  return object(
      "AdminRefund", field("enrollmentId", &AdminRefund::enrollmentId, uuid),
      field("amountCents", &AdminRefund::amountCents, range(1, 99'999'999), described("Without it all that is left.")),
      field("reason", &AdminRefund::reason, trimmed, length(1, 500)));
}
constexpr std::string_view example_of(AdminRefund*) {
  return R"({"enrollmentId":"01a20daa-f2a3-75d8-984a-862541814e39","amountCents":15000,"reason":"A third of the course fell through"})";
}

struct RequestedRefund {
  std::string refundId, enrollmentId;
  std::int64_t amountCents;
  std::string currency, status;
};
constexpr auto schema(RequestedRefund*) {
  return object("RequestedRefund", field("refundId", &RequestedRefund::refundId),
                field("enrollmentId", &RequestedRefund::enrollmentId),
                field("amountCents", &RequestedRefund::amountCents), field("currency", &RequestedRefund::currency),
                field("status", &RequestedRefund::status,
                      described("`requested`: the provider is asked behind this answer, and its news settles it.")));
}

/// The student asks for all that is left of the payment.
Task<Result<Response>> ask_refund(Request& request, AskRefund body);
/// An admin refunds all or a part.
Task<Result<Response>> refund_as_admin(Request& request, AdminRefund body);

/// The enrollment that the path names, for its student.
Statement own_enrollment(const Request& request);

}  // namespace isthmus::peerloop
