#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/schema.h"

/// What a dispute is at each of its stages, without I/O. https://docs.stripe.com/disputes/how-disputes-work
namespace isthmus::peerloop {

/// In the order in which a dispute goes through them. `warning_*` is an inquiry, which takes no money and may become a
/// dispute; the last four are final.
enum class DisputeStatus {
  warning_needs_response,
  warning_under_review,
  needs_response,
  under_review,
  warning_closed,
  prevented,
  won,
  lost,
};
constexpr auto schema(DisputeStatus*) {
  return one_of(
      EnumName{"warning_needs_response", DisputeStatus::warning_needs_response},
      EnumName{"warning_under_review", DisputeStatus::warning_under_review},
      EnumName{"needs_response", DisputeStatus::needs_response}, EnumName{"under_review", DisputeStatus::under_review},
      EnumName{"warning_closed", DisputeStatus::warning_closed}, EnumName{"prevented", DisputeStatus::prevented},
      EnumName{"won", DisputeStatus::won}, EnumName{"lost", DisputeStatus::lost});
}

constexpr bool is_final(DisputeStatus status) { return status >= DisputeStatus::warning_closed; }

/// Whether the provider holds the disputed money at this stage, or kept it for good.
constexpr bool takes_money(DisputeStatus status) {
  return status == DisputeStatus::needs_response || status == DisputeStatus::under_review ||
         status == DisputeStatus::lost;
}

struct Dispute {
  std::string id;
  std::string charge_id;
  std::optional<std::string> payment_intent;
  std::int64_t amount_cents = 0;
  std::string currency;
  std::string reason;
  DisputeStatus status = DisputeStatus::needs_response;
  std::optional<Timestamp> due_at = {};  ///< until when the bank takes an answer, where that is known
};

/// What refunds and lost disputes took of a payment and what of it the shares must give back: all of it up to what was
/// paid. The rest is the platform's loss: a disputed charge may have been refunded in part before.
constexpr std::int64_t taken_of(std::int64_t amount_cents, std::int64_t refunded_cents,
                                std::int64_t charged_back_cents) {
  const std::int64_t all = refunded_cents + charged_back_cents;
  return all < amount_cents ? all : amount_cents;
}

}  // namespace isthmus::peerloop
