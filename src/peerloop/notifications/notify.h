#pragma once

#include <string>
#include <string_view>

#include "json/schema.h"
#include "ports/host.h"

namespace isthmus::peerloop {

/// Everything that PeerLoop tells a person inside the product.
enum class Notice {
  new_student,             ///< to who teaches
  session_booked,          ///< to the other of the two
  session_moved,           ///< to the other of the two
  session_cancelled,       ///< to the other of the two
  session_completed,       ///< to both
  session_missed,          ///< to both: somebody did not come
  recording_ready,         ///< to both
  completion_recommended,  ///< to the creator: a student is ready to be certified
  certificate_issued,      ///< to the student
  certificate_revoked,     ///< to its holder
  teaching_requested,      ///< to the creator: somebody wants to teach the course
  teaching_decided,        ///< to who asked
  teaching_ended,          ///< to the other of creator and student-teacher
  review_received,         ///< to who was reviewed
  refund_settled,          ///< to the student
  transfer_sent,           ///< to who earned it
  payout_paid,             ///< to the owner of the connected account
  payout_failed,           ///< to the owner of the connected account
  dispute_opened,          ///< to whoever has a part in the payment
  dispute_closed,          ///< to the same
  new_follower,
  new_message,
  post_removed,  ///< to its author
};
constexpr auto schema(Notice*) {
  return one_of(
      EnumName{"new_student", Notice::new_student}, EnumName{"session_booked", Notice::session_booked},
      EnumName{"session_moved", Notice::session_moved}, EnumName{"session_cancelled", Notice::session_cancelled},
      EnumName{"session_completed", Notice::session_completed}, EnumName{"session_missed", Notice::session_missed},
      EnumName{"recording_ready", Notice::recording_ready},
      EnumName{"completion_recommended", Notice::completion_recommended},
      EnumName{"certificate_issued", Notice::certificate_issued},
      EnumName{"certificate_revoked", Notice::certificate_revoked},
      EnumName{"teaching_requested", Notice::teaching_requested},
      EnumName{"teaching_decided", Notice::teaching_decided}, EnumName{"teaching_ended", Notice::teaching_ended},
      EnumName{"review_received", Notice::review_received}, EnumName{"refund_settled", Notice::refund_settled},
      EnumName{"transfer_sent", Notice::transfer_sent}, EnumName{"payout_paid", Notice::payout_paid},
      EnumName{"payout_failed", Notice::payout_failed}, EnumName{"dispute_opened", Notice::dispute_opened},
      EnumName{"dispute_closed", Notice::dispute_closed}, EnumName{"new_follower", Notice::new_follower},
      EnumName{"new_message", Notice::new_message}, EnumName{"post_removed", Notice::post_removed});
}

/// The statement that tells a user something: put it into the batch that causes it. `cause` names the cause, so that
/// one cause is told once (`session:{id}`); `data_json` is an object of ids and titles for the page that shows it.
Statement notify(Host& host, Notice notice, std::string_view user_id, std::string_view cause, std::string data_json);

}  // namespace isthmus::peerloop
