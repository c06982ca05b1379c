#pragma once

#include "ports/host.h"

namespace isthmus::peerloop {

/// Removes what has served its time, a bounded number of rows of each kind at a time: expired tokens, sessions, rate
/// limits and idempotency keys; the bodies of webhooks after a week (their ids stay, to know a duplicate by); delivered
/// outbox rows after a month; records of mails and notifications after a year.
Task<Result<void>> purge_expired(Host& host, Timestamp now);

}  // namespace isthmus::peerloop
