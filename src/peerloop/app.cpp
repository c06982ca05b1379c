#include "peerloop/app.h"

#include <array>

#include "http/service_routes.h"
#include "peerloop/administration/routes.h"
#include "peerloop/auth/access_token.h"
#include "peerloop/auth/authenticator.h"
#include "peerloop/auth/revocation.h"
#include "peerloop/auth/routes.h"
#include "peerloop/auth/token_keys.h"
#include "peerloop/certificates/routes.h"
#include "peerloop/courses/routes.h"
#include "peerloop/enrollments/release.h"
#include "peerloop/enrollments/routes.h"
#include "peerloop/feeds/mirror.h"
#include "peerloop/feeds/routes.h"
#include "peerloop/learning/routes.h"
#include "peerloop/mail/delivery.h"
#include "peerloop/maintenance.h"
#include "peerloop/materials/routes.h"
#include "peerloop/messages/routes.h"
#include "peerloop/money/payouts/transfer_outbox.h"
#include "peerloop/money/refund_outbox.h"
#include "peerloop/money/refunds/outbox.h"
#include "peerloop/money/routes.h"
#include "peerloop/notifications/routes.h"
#include "peerloop/people/routes.h"
#include "peerloop/privacy/privacy.h"
#include "peerloop/reviews/routes.h"
#include "peerloop/scheduling/call_off.h"
#include "peerloop/scheduling/routes.h"
#include "peerloop/scheduling/session_news.h"
#include "peerloop/teaching/routes.h"
#include "peerloop/video/end_rooms.h"
#include "peerloop/video/forget.h"
#include "peerloop/video/routes.h"
#include "peerloop/video/settle.h"
#include "peerloop/webhooks/bigbluebutton.h"
#include "peerloop/webhooks/missed_events.h"
#include "peerloop/webhooks/plugnmeet.h"
#include "peerloop/webhooks/resend.h"
#include "peerloop/webhooks/stream.h"
#include "peerloop/webhooks/stripe_routes.h"

namespace isthmus {

namespace peerloop {

namespace {

// clang-format off: one part a line.
constexpr auto routes = join(
    service_routes,
    auth_routes,
    people_routes,
    course_routes,
    enrollment_routes,
    money_routes,
    resend_routes,
    stripe_routes,
    privacy_routes,
    administration_routes,
    material_routes,
    learning_routes,
    certificate_routes,
    teaching_routes,
    review_routes,
    notification_routes,
    message_routes,
    feed_routes,
    stream_routes,
    video_routes,
    plugnmeet_routes,
    bigbluebutton_routes,
    scheduling_routes);
// clang-format on

constexpr auto deliveries = std::to_array<OutboxHandler>({
    {mail_outbox_kind, deliver_mail},
    refund_outbox_handler,
    object_removal_handler,
    requested_refund_outbox_handler,
    transfer_outbox_handler,
    reversal_outbox_handler,
    mirror_post_handler,
    mirror_follow_handler,
    mirror_enrollment_handler,
    mirror_membership_handler,
    recording_outbox_handler,
    room_end_outbox_handler,
    recordings_forgetting_handler,
    revocation_handler,
    calling_off_handler,
});

constexpr std::int64_t rows_a_dispatch = 10;
constexpr int dispatches_a_run = 5;

Task<Result<void>> dispatch(Host& host) { return dispatch_outbox(host, outbox_handlers(), rows_a_dispatch); }

/// Each part runs whether or not another failed; the first failure is what cron reports.
Task<Result<void>> run_scheduled(Host& host, std::string_view, Timestamp now) {
  Result<void> first_failure;
  const auto note = [&](Result<void> done) {
    if (!done && first_failure) first_failure = std::move(done);
  };
  note(co_await attempt(send_reminders(host, now)));
  for (int i = 0; i < dispatches_a_run; ++i) note(co_await attempt(dispatch(host)));
  note(co_await attempt(take_missed_events(host, now)));
  note(co_await attempt(release_unpaid_enrollments(host, now)));
  note(co_await attempt(give_up_uploads(host, now)));
  note(co_await attempt(settle_overdue_sessions(host, now)));
  note(co_await attempt(end_stale_rooms(host, now)));
  note(co_await attempt(purge_expired(host, now)));
  // Last, because it takes longest.
  note(co_await attempt(copy_recordings(host)));
  co_return first_failure;
}

Result<void> check_settings(const Settings& settings) {
  if (const auto keys = token_keys(settings); !keys) return Failure(keys.error());
  if (const auto life = access_token_life(settings); !life) return Failure(life.error());
  return {};
}

constexpr App program{"peerloop", "PeerLoop", routes, &authenticator, run_scheduled, check_settings};

}  // namespace

std::span<const OutboxHandler> outbox_handlers() { return deliveries; }

void dispatch_after(Request& request) { request.after(dispatch(request.host())); }

}  // namespace peerloop

const App& app() { return peerloop::program; }

}  // namespace isthmus
