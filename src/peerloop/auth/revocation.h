#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jobs/outbox.h"
#include "peerloop/auth/queries.h"

/// Access tokens outlive their session by up to their life, so those that are out are named in KV as revoked, for the
/// routes that do not ask the database. The request that ends the session does so at once; where it fails or dies on
/// the way, the outbox does.
namespace isthmus::peerloop {

/// For the batch that ends the session: puts the tokens that `live_tokens` (LiveToken rows) finds into the outbox.
Statement enqueue_revocation(Host& host, const Statement& live_tokens);

/// Names the tokens in KV. A store that is down is noted in the log and does not fail the request.
Task<Result<void>> revoke_access_tokens(Host& host, std::vector<auth_queries::LiveToken> tokens);

/// The key under which a token is named.
std::string revocation_key(std::string_view access_id);

Task<Result<Delivery>> deliver_revocation(Host& host, const OutboxItem& item);
inline constexpr OutboxHandler revocation_handler{"access_tokens.revoke", deliver_revocation};

}  // namespace isthmus::peerloop
