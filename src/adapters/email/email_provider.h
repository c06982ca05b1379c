#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "base/time.h"

namespace isthmus {

struct EmailAttachment {
  std::string filename;
  std::string content_type;
  std::string bytes;
};

struct Email {
  std::string to;
  std::string subject;
  std::string html;
  std::string text;
  /// Names and values of ASCII letters, digits, '_' and '-'; they come back in the provider's webhooks.
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<EmailAttachment> attachments;
  /// When the provider is to send it, at most 30 days ahead; at once where there is none. What it holds until then can
  /// not be called back from here.
  std::optional<Timestamp> scheduled_at = {};
};

/// Sends mails through a provider. An idempotency key sends a mail once, however often it is asked for: so what fails
/// in passing is asked for again at once, a few times.
///
/// Fails with
/// - 422 `email_rejected`: the provider will never take this mail;
/// - 409 `email_sent_before`: another mail went out under this key;
/// - 429 `email_provider_busy`: later, with the time to wait where the provider says it;
/// - 503 `unavailable`: no answer, a broken one, a provider that is left alone for a while, or one that does not take
///   our credentials. None of it is this mail's fault: later it may be taken.
class EmailProvider {
 public:
  virtual ~EmailProvider() = default;
  /// Gives the provider's id of the mail.
  virtual Task<Result<std::string>> send(Email email, std::string idempotency_key) = 0;
  /// At most 100 mails without attachments, sent at once, all or none. Gives their ids in the same order.
  virtual Task<Result<std::vector<std::string>>> send_batch(std::vector<Email> emails, std::string idempotency_key) = 0;
};

}  // namespace isthmus
