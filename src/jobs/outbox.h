#pragma once

#include <span>
#include <string>
#include <string_view>

#include "json/value.h"
#include "ports/host.h"

/// Side effects leave through the outbox: a row written in the batch that caused it, delivered after the answer and
/// again by cron until it succeeds, or dead and visible after the last try. A row is delivered at least once; its
/// `dedupe_key` goes to the provider as the idempotency key, which makes that once. The payload is emptied at delivery:
/// it may carry what should not be kept, such as a link with a token.
namespace isthmus {

/// A row that waits to be delivered.
struct OutboxItem {
  std::string id;
  std::string kind;
  std::string dedupe_key;
  std::string payload;  ///< JSON
  std::int64_t attempts = 0;
};

/// What became of one try.
struct Delivery {
  std::string provider_id;            ///< the provider's id of what was made; may be empty
  std::vector<Statement> statements;  ///< what else is written in the batch that marks the row as delivered
};

/// Delivers the rows of one kind. An error with a status of 500 and above, 408, 409 or 429 is tried again; any other
/// will not get better and ends the row.
struct OutboxHandler {
  std::string_view kind;
  Task<Result<Delivery>> (*deliver)(Host&, const OutboxItem&);
};

/// The statement that puts an effect into the outbox. A second one of the same `dedupe_key` changes nothing.
Statement enqueue(Host& host, std::string_view kind, std::string dedupe_key, std::string payload, Timestamp not_before);

/// The same, where the statement just before it changed a row. A batch that fails may still be done, behind its own
/// second try and behind others: what it changes then is delivered once more.
Statement enqueue_if_changed(Host& host, std::string_view kind, std::string dedupe_key, std::string payload,
                             Timestamp not_before);

/// Delivers what is due, at most `most` rows. Parallel dispatchers never hold the same row at the same time.
Task<Result<void>> dispatch_outbox(Host& host, std::span<const OutboxHandler> handlers, std::int64_t most);

}  // namespace isthmus
