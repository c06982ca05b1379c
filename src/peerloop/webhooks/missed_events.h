#pragma once

#include "ports/host.h"

namespace isthmus::peerloop {

/// For cron: has the effect of Stripe's events whose deliveries never came, as when the endpoint was away for longer
/// than Stripe tries again. Looks every ten minutes at events that are a quarter of an hour old. The first look begins
/// with the latest few, later ones where the last ended. Stripe keeps events for 30 days.
///
/// Events of connected accounts (onboarding, payouts) are in lists of their own, which are not looked at.
Task<Result<void>> take_missed_events(Host& host, Timestamp now);

}  // namespace isthmus::peerloop
