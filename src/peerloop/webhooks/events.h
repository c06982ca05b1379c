#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"

/// What every provider's webhook has in common: the event's id and its whole effect are one batch. Providers send an
/// event more than once, late, and in any order; none of that may have an effect of its own.
namespace isthmus::peerloop {

/// An event whose signature is good.
struct WebhookEvent {
  std::string_view provider;  ///< "stripe", "resend": has static storage
  std::string id;             ///< the provider's, the same at each delivery of this event
  std::string type;
  std::optional<Timestamp> created_at;  ///< when it happened, by the provider's clock
  std::string body;                     ///< JSON, kept a while for replay
};

enum class WebhookOutcome {
  processed,
  duplicate,  ///< it had its effect before
  ignored,    ///< of a type, or about an object, that means nothing to us
};
constexpr auto schema(WebhookOutcome*) {
  return one_of(EnumName{"processed", WebhookOutcome::processed}, EnumName{"duplicate", WebhookOutcome::duplicate},
                EnumName{"ignored", WebhookOutcome::ignored});
}

struct WebhookReceipt {
  bool received = true;
  WebhookOutcome outcome = WebhookOutcome::processed;
};
constexpr auto schema(WebhookReceipt*) {
  return object("WebhookReceipt", field("received", &WebhookReceipt::received),
                field("outcome", &WebhookReceipt::outcome));
}

/// Records an event and has its effect, in one batch; a duplicate changes nothing. When a guard or a constraint refuses
/// the effect, the event is recorded as failed, for an admin to see, and the refusal is the result: the provider will
/// deliver it again, and a failed event may still succeed then. Its answer may be lost and asked for again.
Task<Result<WebhookOutcome>> record_event(Host& host, WebhookEvent event, std::vector<Statement> effect);

/// How often a handler that reads, judges and records does so, when something else changes what it had read.
inline constexpr int most_settlings = 5;

/// As `record_event`, for a handler that then reads and judges anew: nothing where a guard or constraint refuses the
/// effect, since something got in between. The refusal of the last of its tries, which count from 1, is recorded as a
/// failure and is the result.
Task<Result<std::optional<WebhookOutcome>>> try_to_record(Host& host, WebhookEvent event, std::vector<Statement> effect,
                                                          int tries);

/// Records an event that has no effect.
Task<Result<WebhookOutcome>> record_ignored_event(Host& host, WebhookEvent event);

/// Part of an effect, right behind the statement that says whether the event means anything to us: where that one
/// changed no row, the event counts as ignored. (`changes()`, so an INSERT, UPDATE or DELETE; triggers do not count.)
Statement ignored_unless_changed(const WebhookEvent& event);

/// What the provider reads.
Response webhook_answer(WebhookOutcome outcome);

}  // namespace isthmus::peerloop
