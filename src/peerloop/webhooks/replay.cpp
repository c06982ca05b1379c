#include "peerloop/webhooks/replay.h"

#include <algorithm>
#include <array>

#include "peerloop/webhooks/bigbluebutton.h"
#include "peerloop/webhooks/plugnmeet.h"
#include "peerloop/webhooks/resend.h"
#include "peerloop/webhooks/stream.h"
#include "peerloop/webhooks/stripe.h"

namespace isthmus::peerloop {

namespace {

struct Replay {
  std::string_view provider;
  ReplayEvent process;
};

constexpr auto replays = std::to_array<Replay>({
    {"bigbluebutton", replay_bigbluebutton_event},
    {"plugnmeet", replay_plugnmeet_event},
    {"resend", process_resend_event},
    {"stream", process_stream_event},
    {"stripe", replay_stripe_event},
});

}  // namespace

ReplayEvent replay_of(std::string_view provider) {
  const auto found = std::ranges::find(replays, provider, &Replay::provider);
  return found == replays.end() ? nullptr : found->process;
}

}  // namespace isthmus::peerloop
