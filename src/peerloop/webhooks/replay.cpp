#include "peerloop/webhooks/replay.h"

#include <algorithm>
#include <array>

#include "peerloop/webhooks/bigbluebutton.h"
#include "peerloop/webhooks/plugnmeet.h"
#include "peerloop/webhooks/resend.h"
#include "peerloop/webhooks/stripe.h"

namespace isthmus::peerloop {

namespace {

struct Replay {
  std::string_view provider;
  Task<Result<WebhookOutcome>> (*process)(Request&, std::string event_id, std::string body);
};

constexpr auto replays = std::to_array<Replay>({
    {"bigbluebutton", replay_bigbluebutton_event},
    {"plugnmeet", replay_plugnmeet_event},
    {"resend", process_resend_event},
    {"stripe", replay_stripe_event},
});

}  // namespace

Task<Result<WebhookOutcome>> replay_event(Request& request, std::string provider, std::string event_id,
                                          std::string body) {
  const auto found = std::ranges::find(replays, provider, &Replay::provider);
  if (found == replays.end()) co_return Failure(not_found("provider"));
  co_return co_await found->process(request, std::move(event_id), std::move(body));
}

}  // namespace isthmus::peerloop
