#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/payments/payment_provider.h"
#include "ports/host.h"

/// What transfers and their reversals do to the books. Each is told twice, by the answer to our call and by an event,
/// and both may come more than once and in any order: the statements here do nothing the second time.
namespace isthmus::peerloop {

/// The transfer with our id `transfer_id` was made as `stripe_id`: the share is paid. What was taken back of the share
/// in the meantime is asked back at once.
std::vector<Statement> settle_sent(Host& host, std::string_view transfer_id, std::string_view stripe_id, Timestamp now);
/// Behind `settle_sent`: refuses the batch where the transfer was not one that waited for this.
Statement guard_settled(std::string_view transfer_id, std::string_view stripe_id);

/// The provider will not make it: the share may be paid out again.
Statement fail_transfer(std::string_view transfer_id, std::string_view why, Timestamp now);
/// We did not ask for it after all.
Statement cancel_transfer(std::string_view transfer_id, std::string_view why, Timestamp now);

/// The provider's running total of what came back of a transfer. Where all of it came back and the share stands, the
/// share is due again; where more should come back, it is asked for.
std::vector<Statement> settle_returned(Host& host, const ProviderTransfer& transfer, Timestamp now);
Statement fail_reversal(std::string_view reversal_id, std::string_view why, Timestamp now);

/// A second transfer that the provider made of a row: booked, and asked back.
std::vector<Statement> settle_duplicate(Host& host, std::string_view of_transfer_id, const ProviderTransfer& transfer,
                                        Timestamp now);

/// Asks back what the person got of a share beyond what it is worth now: at most what is left of its transfer, and at
/// most what the person owes us by the books, so that nothing is taken twice. Nothing where the share was not paid.
/// `what` is the share's id, or ours or the provider's of its transfer. A duplicate transfer goes back whole.
std::vector<Statement> ask_back(Host& host, std::string_view what, Timestamp now);

}  // namespace isthmus::peerloop
