#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "peerloop/money/splits.h"
#include "ports/host.h"

/// Double entry. Debits are positive: `provider:stripe` is what the provider holds for us (its fees are not known from
/// its events and stay out), minus `payable:{userId}` is what we owe that person, minus `platform:revenue` is ours.
/// `disputes:stripe` is what the provider holds until a dispute is decided, `platform:losses` what nobody gives back,
/// minus `refundable:{userId}` what came back of a refund that failed and still belongs to the student.
namespace isthmus::peerloop {

/// A share and whose it is.
struct Portion {
  RecipientType recipient;
  std::optional<std::string> recipient_id;  ///< none for the platform
  std::int64_t cents = 0;
};

struct Posting {
  std::string account;
  std::int64_t cents = 0;
  bool operator==(const Posting&) const = default;
};
using Postings = std::vector<Posting>;

/// A payment came in and belongs to these.
Postings postings_of_payment(const std::vector<Portion>& portions);
/// A refund went out, and each of these gives back so much.
Postings postings_of_refund(const std::vector<Portion>& portions);
/// So much left an account; these give back what they do, and the platform bears the rest.
Postings postings_of_loss(const std::vector<Portion>& portions, std::string from_account, std::int64_t cents);

/// Writes a movement. The database refuses one that does not sum to zero, and a second one of the same cause.
Statement post_movement(Host& host, std::string cause, std::string_view transaction_id, std::string_view currency,
                        const Postings& postings, Timestamp at);

std::string cause_of_checkout(std::string_view session_id);
/// `cumulative_cents` is the charge's running total after this refund.
std::string cause_of_refund(std::string_view charge_id, std::int64_t cumulative_cents);

}  // namespace isthmus::peerloop
