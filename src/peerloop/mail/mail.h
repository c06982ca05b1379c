#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/schema.h"
#include "ports/host.h"

namespace isthmus::peerloop {

/// Every mail that PeerLoop sends; each has a template of the same name.
enum class Mail {
  verify_email,
  reset_password,
  password_changed,
  enrollment_confirmed,  ///< to the student
  new_student,           ///< to who teaches
  payment_refunded,      ///< to the student
  certificate_issued,    ///< to the student
  teaching_requested,    ///< to the creator
  teaching_decided,      ///< to who asked
  payout_paid,           ///< to the owner of the connected account
  payout_failed,         ///< to the same
  session_completed,     ///< to both
  session_missed,        ///< to both: somebody did not come
  session_booked,        ///< to both, with the calendar's file
  session_moved,         ///< to both, with the calendar's file
  session_cancelled,     ///< to both, with the calendar's file
  session_reminder,      ///< to both
};
constexpr auto schema(Mail*) {
  return one_of(
      EnumName{"verify_email", Mail::verify_email}, EnumName{"reset_password", Mail::reset_password},
      EnumName{"password_changed", Mail::password_changed},
      EnumName{"enrollment_confirmed", Mail::enrollment_confirmed}, EnumName{"new_student", Mail::new_student},
      EnumName{"payment_refunded", Mail::payment_refunded}, EnumName{"certificate_issued", Mail::certificate_issued},
      EnumName{"teaching_requested", Mail::teaching_requested}, EnumName{"teaching_decided", Mail::teaching_decided},
      EnumName{"payout_paid", Mail::payout_paid}, EnumName{"payout_failed", Mail::payout_failed},
      EnumName{"session_completed", Mail::session_completed}, EnumName{"session_missed", Mail::session_missed},
      EnumName{"session_booked", Mail::session_booked}, EnumName{"session_moved", Mail::session_moved},
      EnumName{"session_cancelled", Mail::session_cancelled}, EnumName{"session_reminder", Mail::session_reminder});
}

/// A file for a calendar, attached to a mail.
struct CalendarFile {
  std::string method;  ///< of iTIP: PUBLISH or CANCEL
  std::string text;
};

struct MailExtras {
  std::optional<CalendarFile> calendar;
  std::optional<Timestamp> send_before;  ///< later it is not worth sending
};

/// The statement that queues a mail to a user: put it into the batch that causes the mail. `cause` names the cause, so
/// that one cause sends one mail (`enrollment:{id}`); `values_json` is an object with what the template needs beyond
/// the user's own name. The address is looked up when the mail is sent, so none is stored with it.
Statement queue_mail(Host& host, Mail mail, std::string_view user_id, std::string_view cause, std::string values_json,
                     const MailExtras& extras = {});

/// What `queue_mail` writes, for those who write many rows with one statement: the row's key and its payload. Its kind
/// is "mail".
std::string mail_dedupe_key(Mail mail, std::string_view user_id, std::string_view cause);
std::string mail_payload(Mail mail, std::string_view user_id, std::string_view values_json, const MailExtras& extras);

/// Sends no mail of these keys that was not sent yet: `keys_json` is a list of texts.
Statement withdraw_mails(std::string keys_json, Timestamp now);

/// The same to whoever was given a mailed token, by the token's hash: nothing is queued where nobody was. So a
/// statement list can be the same for an address that has an account and for one that has none.
Statement queue_mail_to_holder(Host& host, Mail mail, std::string_view token_hash, std::string_view cause,
                               std::string values_json);

}  // namespace isthmus::peerloop
