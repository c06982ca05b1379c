#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/database.h"

/// The SQL about mails that were sent, and about what their addresses are worth.
namespace isthmus::peerloop::mail_queries {

struct Recipient {
  std::string name;
  std::string email;
  std::string email_status;
  bool deleted = false;
};
Statement recipient(std::string_view user_id);

struct SentMail {
  std::string id;
  std::string outbox_id;
  std::string user_id;
  std::string_view mail;  ///< the template's name
  std::optional<std::string> provider_id;
  std::string_view status;  ///< "sent", or "suppressed" where nothing was sent
  std::optional<std::string> note;
};
/// A webhook may have been faster: then the row is there, and stays as it is.
Statement insert_sent_mail(const SentMail& mail, Timestamp now);

/// An event of the provider about one of our mails.
struct MailEvent {
  std::string provider_id;
  std::string outbox_id;  ///< from the mail's tags; may be empty
  std::string row_id;     ///< for the row, where the event is faster than the answer to our own call
  std::string_view status;
  std::optional<std::string> note;
  Timestamp at;
};
/// Makes sure that the mail's row is there, if the mail is ours.
Statement insert_mail_of_event(const MailEvent& event);
/// Sets the status of a mail, unless a newer event did; changes nothing for a mail that is not ours.
Statement set_mail_status(const MailEvent& event);

/// A mail came back for good, or was not sent to an address that is known to take nothing. Marks the user's address, if
/// the mail went to the one that the user still has, and none arrived, nor was it released, since `at`.
std::vector<Statement> note_refusal(std::string_view provider_id, std::string_view address, std::string_view status,
                                    Timestamp at, Timestamp now);
/// A mail arrived at `at`. Clears the address's mark unless a mail was refused since.
std::vector<Statement> note_arrival(std::string_view provider_id, std::string_view address, Timestamp at,
                                    Timestamp now);
/// The provider sends to this address again since `at`. Clears its mark unless a mail was refused since; changes
/// nothing where the address is nobody's.
Statement note_release(std::string_view address, Timestamp at, Timestamp now);
/// Marks the user's address as complained about, where nothing worse is known of it, and opts out of marketing.
Statement note_complaint(std::string_view provider_id, std::string_view address, Timestamp now);

}  // namespace isthmus::peerloop::mail_queries
