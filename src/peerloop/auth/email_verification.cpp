#include "peerloop/app.h"
#include "peerloop/auth/handlers.h"
#include "peerloop/auth/mailed_token.h"
#include "peerloop/auth/secret_token.h"
#include "peerloop/mail/mail.h"

namespace isthmus::peerloop {

Task<Result<Response>> verify_email(Request& request, EmailVerification body) {
  const std::string hash = hash_of_secret_token(body.token);
  auto batch = auth_queries::verify_email(hash, request.now());
  batch.push_back(auth_queries::mailed_token(hash, auth_queries::Purpose::verify_email));
  auto results = co_await request.db().batch(std::move(batch), OnLostAnswer::fail);
  if (results.front().empty()) {
    const auto known = co_await std::move(results.back()).first<auth_queries::MailedTokenRow>();
    co_return Failure(mailed_token_refused(known, request.now()));
  }
  co_return ok(EmailVerified{});
}

Task<Result<Response>> resend_verification(Request& request) {
  const std::string& user_id = request.user().user_id;
  auto token = draw_mailed_token(request, auth_queries::Purpose::verify_email);
  auto batch = auth_queries::insert_verification_token(token.record, user_id, request.now());
  batch.push_back(
      queue_mail(request.host(), Mail::verify_email, user_id, token.record.hash, std::move(token.mail_values)));
  auto written = co_await attempt(request.db().batch(std::move(batch), OnLostAnswer::fail));
  co_await on_constraint(std::move(written), "guard:state_changed",
                         conflict("This e-mail address is verified already.", "already_verified"));
  dispatch_after(request);
  co_return accepted();
}

}  // namespace isthmus::peerloop
