#pragma once

#include "http/app.h"

namespace isthmus::peerloop {

/// How PeerLoop knows its users: by the access token alone where a request only reads, and by the session's row in the
/// database where it changes something or needs a role.
extern const Authenticator authenticator;

}  // namespace isthmus::peerloop
