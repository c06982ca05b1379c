#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "native/scheduler.h"
#include "native/server.h"

namespace isthmus::simulation {

/// As much of Resend as matters for what is sent and how often: a key is remembered for a day, the same mail under it
/// gives the same answer, another one a 409. Keeps every mail that went out.
class MailProvider {
 public:
  static constexpr std::string_view webhook_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  explicit MailProvider(native::Scheduler& scheduler) : scheduler_(scheduler) {}

  struct Sent {
    std::string id, key, to, subject, text, mail, outbox_id;
    Timestamp at;
    bool is_repeated = false;  ///< its key had been forgotten
  };

  IncomingAnswer answer(const OutgoingRequest& request);
  /// The delivery of an event about a mail, signed now.
  native::Outgoing delivery(const std::string& event_id, const std::string& body,
                            std::string_view secret = webhook_secret) const;

  std::vector<Sent> sent;
  /// How many went out of this template, those aside that went out again when their keys were forgotten.
  std::int64_t count(std::string_view mail) const;

 private:
  struct Kept {
    std::string body, id;
    Timestamp until;
  };
  native::Scheduler& scheduler_;
  std::map<std::string, Kept> kept_;
};

/// What follows `token=` in a mail's text, "" where there is none.
std::string token_in(std::string_view text);

}  // namespace isthmus::simulation
