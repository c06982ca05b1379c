#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "native/server.h"

namespace isthmus::native {

/// As much of Stripe as money tests need, in memory: checkout sessions, refunds, connected accounts, transfers with
/// their reversals, disputes, idempotency keys with their traps, and the events about all that. It answers the world's
/// HTTP client.
class FakeStripe {
 public:
  static constexpr std::string_view webhook_secret = "whsec_test_secret";

  /// Sets the world's settings for Stripe, and answers its requests from now on.
  explicit FakeStripe(World& world);
  FakeStripe(const FakeStripe&) = delete;
  FakeStripe& operator=(const FakeStripe&) = delete;

  /// Answers instead of Stripe while it is set: an outage, a proxy's page.
  std::function<Result<IncomingAnswer>(const OutgoingRequest&)> instead;
  /// How long a call with a new idempotency key keeps that key busy: others with it get a 409 meanwhile.
  Millis busy_for = 0;

  /// Answers as Stripe does, for those who stand between.
  IncomingAnswer respond(const OutgoingRequest& request);
  /// A day later it remembers no idempotency key.
  void forget_keys() { kept_.clear(); }
  /// How long it remembers a key; without it, for ever.
  std::optional<Millis> keys_kept;

  /// The student presses Pay. Gives the event; nothing where the page is not open any more.
  std::optional<Json> pay(const std::string& session_id);
  /// The student pays by a method that takes days. Gives the event; nothing where the page is not open any more.
  std::optional<Json> begin_slow_payment(const std::string& session_id);
  /// Such a payment has come, or will not. Gives the event.
  Json end_slow_payment(const std::string& session_id, bool succeeds);
  /// The page's time is over. Gives the event; nothing where it was paid or is over already.
  std::optional<Json> expire(const std::string& session_id);
  /// Refunds a payment, as from Stripe's own pages. Gives the event.
  Json refund(const std::string& payment_intent, std::int64_t cents);

  /// The student's bank sends a refund of ours back. Gives the event; another tells the same as `refund.updated`.
  Json fail_refund(Json& refund);

  /// The owner of an account has told everything. Gives the event.
  Json complete_account(const std::string& account);
  /// The owner lets the platform have no part in the account any more. Gives the event.
  Json deauthorize_account(const std::string& account);
  /// Reverses a part of a transfer, as from Stripe's own pages. Gives the event.
  Json reverse(const std::string& transfer, std::int64_t cents, const std::string& our_id = "");
  /// The student's bank asks for the money of a payment back. Gives the event.
  Json dispute(const std::string& payment_intent, std::int64_t cents, std::string_view status = "needs_response");
  /// The dispute goes on, or ends. Gives the event.
  Json move_dispute(const std::string& id, std::string_view status);
  /// Money that went from a connected account to a bank. Gives the event.
  Json payout(const std::string& account, std::int64_t cents, std::string_view status, const std::string& id);

  /// An event about a connected account.
  Json account_event(std::string_view type, const Json& object, const std::string& account);
  /// A new event about an object as it is now. Our account's events stay in its list.
  Json event(std::string_view type, const Json& object);
  /// The delivery of an event, signed now.
  Outgoing delivery(const Json& event) const;
  Outgoing delivery_of_text(const std::string& body, std::string_view secret = webhook_secret) const;

  std::vector<std::string> open_sessions() const;

  std::map<std::string, Json> sessions;                       ///< by id
  std::map<std::string, Json> charges;                        ///< by payment intent
  std::map<std::string, Json> accounts, transfers, disputes;  ///< by id
  /// Accounts that have spent what they got: nothing can be taken back from them.
  std::set<std::string> empty_accounts;
  /// Until then each transfer that we ask for is answered with 503, without or with its effect.
  Timestamp no_transfers_until, transfers_unheard_until;
  std::vector<Json> refunds;
  /// Of refunds and expiries that our side asked for, in order.
  std::vector<Json> events_of_calls;
  /// Of our own account, in order.
  std::vector<Json> events;

 private:
  struct Kept {
    std::string request;
    IncomingAnswer answer;
    Timestamp since;
  };

  IncomingAnswer execute(const OutgoingRequest& request);
  IncomingAnswer create_session(const std::map<std::string, std::string>& form);
  IncomingAnswer create_refund(const std::map<std::string, std::string>& form);
  IncomingAnswer create_account(const std::map<std::string, std::string>& form);
  IncomingAnswer create_transfer(const std::map<std::string, std::string>& form);
  IncomingAnswer create_reversal(const std::string& transfer, const std::map<std::string, std::string>& form);
  Json new_event(std::string_view type, const Json& object);
  IncomingAnswer list_events(const std::map<std::string, std::string>& query) const;
  IncomingAnswer read(const std::string& path, const std::map<std::string, std::string>& query);
  std::string next_id(std::string_view prefix);
  void charge(const Json& session);

  World& world_;
  std::map<std::string, Kept> kept_;
  int last_id_ = 0;
};

}  // namespace isthmus::native
