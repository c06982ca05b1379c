#pragma once

#include <string>

#include "native/fake_stripe.h"
#include "native/people.h"

namespace isthmus::native {

/// PeerLoop's money routes on a world with a course, who teaches it, and a Stripe.
class Marketplace {
 public:
  explicit Marketplace(std::uint64_t seed = 1);

  Reply enroll(const Caller& caller, const Json& body = {{"instructorType", "creator"}});
  Reply enroll_with_teacher(const Caller& caller);
  Reply deliver(const Json& event);
  /// Enrolls with the student-teacher and pays. Gives the session's id.
  std::string enroll_and_pay(const Caller& caller);
  /// Delivers what waits in the outbox of refunds, and then what Stripe says about it.
  void drain_refunds();

  std::int64_t count(std::string_view sql, std::vector<SqlValue> values = {});
  std::string text(std::string_view sql, std::vector<SqlValue> values = {});
  /// How many mails of a kind were queued.
  std::int64_t mails(std::string_view template_name);
  /// Fails the test where the books do not balance.
  void check_books();

  TestServer server;
  World& world;
  FakeStripe stripe;
  TestUser creator, teacher, student;
  std::string course_id;
  static constexpr std::int64_t price = 45000;
};

}  // namespace isthmus::native
