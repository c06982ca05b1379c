#include "peerloop/auth/mailed_token.h"

#include "json/writer.h"
#include "peerloop/auth/secret_token.h"
#include "peerloop/mail/mail.h"

namespace isthmus::peerloop {

DrawnMailedToken draw_mailed_token(Request& request, auth_queries::Purpose purpose) {
  const std::string token = draw_secret_token(request.host());
  const Millis life = purpose == auth_queries::Purpose::verify_email ? verification_life : password_reset_life;
  JsonWriter values;
  values.begin_object().member("token", token).end_object();
  return {std::move(values).text(), {hash_of_secret_token(token), purpose, request.now() + life}};
}

Error mailed_token_refused(const std::optional<auth_queries::MailedTokenRow>& known, Timestamp now) {
  if (known && known->used) return bad_request("This link was used already.", "token_used");
  if (known && known->expires_at <= now)
    return bad_request("This link has expired. Ask for a new one.", "token_expired");
  return bad_request("This link is not valid.", "invalid_token");
}

std::vector<Statement> send_verification(Request& request, std::string_view user_id, std::string_view email) {
  auto token = draw_mailed_token(request, auth_queries::Purpose::verify_email);
  std::vector<Statement> statements;
  statements.push_back(auth_queries::insert_mailed_token(token.record, user_id, email, request.now()));
  statements.push_back(
      queue_mail(request.host(), Mail::verify_email, user_id, token.record.hash, std::move(token.mail_values)));
  return statements;
}

}  // namespace isthmus::peerloop
