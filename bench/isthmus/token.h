#pragma once

#include "http/app.h"

namespace bench {

/// Access tokens as PeerLoop's, without sessions behind them: nothing but the token is asked. The setting JWT_SECRET is
/// the key itself.
extern const isthmus::Authenticator tokens_alone;

}  // namespace bench
