#pragma once

#include <string>

#include "adapters/email/email_provider.h"
#include "ports/host.h"

namespace isthmus {

/// Resend (https://resend.com/docs/api-reference/emails). Settings:
///
///   RESEND_API_KEY        "re_…"
///   RESEND_FROM_ADDRESS   "PeerLoop <noreply@mail.example.org>"
///   RESEND_URL            optional: another address than https://api.resend.com, such as a simulator's
class Resend final : public EmailProvider {
 public:
  /// Fails with 503 where a setting is missing, so that mails wait until it is there.
  static Result<Resend> create(Host& host);

  Task<Result<std::string>> send(Email email, std::string idempotency_key) override;
  Task<Result<std::vector<std::string>>> send_batch(std::vector<Email> emails, std::string idempotency_key) override;

 private:
  Resend(Host& host, std::string url, std::string api_key, std::string from)
      : host_(host), url_(std::move(url)), api_key_(std::move(api_key)), from_(std::move(from)) {}

  Task<Result<std::string>> post(std::string path, std::string json, std::string idempotency_key);

  Host& host_;
  std::string url_;
  std::string api_key_;
  std::string from_;
};

}  // namespace isthmus
