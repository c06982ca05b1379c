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
  /// Delivers what Stripe is asked through the outbox, and then what Stripe says about it.
  void drain_refunds();
  /// Delivers what Stripe is asked through the outbox; what Stripe says about it stays in `stripe.events_of_calls`.
  void drain_outbox();
  /// Gives somebody an account at Stripe that may receive transfers. Gives its id.
  std::string onboard(const TestUser& user);
  /// The creator certifies what a checkout paid for.
  void certify(const std::string& session_id);
  /// Pays out all that is due to somebody.
  Reply pay_out(const TestUser& recipient);
  /// The payment intent of a checkout.
  std::string intent_of(const std::string& session_id) const;

  std::int64_t count(std::string_view sql, std::vector<SqlValue> values = {});
  std::string text(std::string_view sql, std::vector<SqlValue> values = {});
  /// From here on, events that are recorded as failed stay in the table `failures`, whatever becomes of them.
  void watch_failures();
  /// How many mails of a kind were queued.
  std::int64_t mails(std::string_view template_name);
  /// Fails the test where the books do not balance.
  void check_books();

  TestServer server;
  World& world;
  FakeStripe stripe;
  TestUser creator, teacher, student, admin;
  std::string course_id;
  static constexpr std::int64_t price = 45000;
};

}  // namespace isthmus::native
