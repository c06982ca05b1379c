#pragma once

#include "peerloop/money/payment_events.h"

/// What the effects of payment events have in common.
namespace isthmus::peerloop {

/// Records an event that was understood and changes nothing any more.
Task<Result<Settled>> record_known_event(Host& host, WebhookEvent event);

/// Records an event whose amounts do not fit ours: nothing is done with it but to tell a person. The provider is told
/// that it was received, since sending it again would not help.
Task<Result<Settled>> record_misfit(Host& host, WebhookEvent event, std::string provider_object,
                                    std::string enrollment_id, std::string reason);

/// Raises what the shares of a payment gave back to `taken_cents` in all. `splits` are in the order of `split_price`,
/// and are afterwards as they will be. Gives what each gives back now.
std::vector<Portion> reverse_splits(std::vector<Statement>& effect, std::vector<Split>& splits,
                                    std::int64_t taken_cents, Timestamp now);

/// The enrollment of a payment that went back whole is over, and so is what hangs on it: its sessions that are to come,
/// the student's place in the course's feed.
void end_refunded_enrollment(std::vector<Statement>& effect, Host& host, std::string_view enrollment_id, Timestamp now);

enum class Refunded { whole, in_part };
/// The mail about a refund of so many cents of a transaction.
Statement tell_of_refund(Host& host, const RefundedTransaction& transaction, std::string_view cause, std::int64_t cents,
                         Refunded how);

/// "450.00 USD", for mails.
std::string money_text(std::int64_t cents, std::string_view currency);

}  // namespace isthmus::peerloop
