#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "http/request.h"

/// A POST that creates or pays takes an `Idempotency-Key`: the same key and request give the same answer, the same key
/// with another request is a 409. Keys belong to a user and are kept for a day.
namespace isthmus {

/// What a caller is told whose session is over.
Error session_ended();

/// Whether `claim` asks if the caller's session lives, so that the pipeline need not.
bool claim_asks_session(const Request& request);

/// A body that streams past is compared by its length, its type and so many of its first bytes. Two that differ only
/// behind them are taken for one.
inline constexpr std::uint32_t compared_bytes = 256 * 1024;
/// The text that stands for such a body where requests under one key are told apart.
Task<Result<std::string>> summary_of_streamed_body(Incoming& incoming);

/// The two statements that claim the client's key and read what is known of it; none where it sent no key.
Result<std::vector<Statement>> begin_idempotent(Request& request);

/// What an earlier try with this key left: its answer, nothing (this try goes on), or a 409.
Result<std::optional<Response>> earlier_answer(Request& request, const ResultSet& claim, ResultSet known);

/// Remembers an answer that the handler's own batch did not. After a failure, frees the key behind the answer, so that
/// the client may try again.
Task<Result<void>> settle_idempotent(Request& request, const Result<Response>& outcome);

}  // namespace isthmus
