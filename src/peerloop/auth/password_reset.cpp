#include "base/strings.h"
#include "peerloop/app.h"
#include "peerloop/auth/handlers.h"
#include "peerloop/auth/issue.h"
#include "peerloop/auth/mailed_token.h"
#include "peerloop/auth/password.h"
#include "peerloop/auth/password_rules.h"
#include "peerloop/auth/revocation.h"
#include "peerloop/auth/secret_token.h"
#include "peerloop/mail/mail.h"

namespace isthmus::peerloop {

namespace {

/// An address gets this many links an hour, however many networks ask for them.
constexpr std::int64_t most_links_an_hour = 3;

}  // namespace

/// The same statements and the same answer whether anyone has this address or not; the mail is sent after the answer.
Task<Result<Response>> request_password_reset(Request& request, PasswordResetRequest body) {
  auto token = draw_mailed_token(request, auth_queries::Purpose::reset_password);
  std::vector<Statement> batch;
  batch.push_back(auth_queries::insert_reset_token(token.record, to_lower_ascii(body.email), most_links_an_hour,
                                                   request.now() - hour, request.now()));
  batch.push_back(queue_mail_to_holder(request.host(), Mail::reset_password, token.record.hash, token.record.hash,
                                       std::move(token.mail_values)));
  co_await request.db().batch(std::move(batch), OnLostAnswer::fail);
  dispatch_after(request);
  co_return accepted();
}

Task<Result<Response>> confirm_password_reset(Request& request, PasswordReset body) {
  const std::string hash = hash_of_secret_token(body.token);
  const auto known = co_await request.db().first<auth_queries::MailedTokenRow>(
      auth_queries::mailed_token(hash, auth_queries::Purpose::reset_password));
  if (!known || known->used || known->expires_at <= request.now())
    co_return Failure(mailed_token_refused(known, request.now()));
  co_await check_new_password(body.password, known->email);
  const auto password_hash = co_await hash_new_password(request.host(), body.password);

  auto batch = auth_queries::reset_password(hash, password_hash, request.now());
  batch.insert(batch.begin() + 2, queue_mail_to_holder(request.host(), Mail::password_changed, hash, hash, "{}"));
  const std::size_t tokens_at = batch.size() - 1;
  batch.push_back(enqueue_revocation(request.host(), batch[tokens_at]));
  auto written = co_await attempt(request.db().batch(std::move(batch), OnLostAnswer::fail));
  auto results = co_await on_constraint(std::move(written), "guard:token_used",
                                        bad_request("This link was used already.", "token_used"));
  co_await revoke_access_tokens(request.host(), co_await std::move(results[tokens_at]).as<auth_queries::LiveToken>());
  dispatch_after(request);
  co_return no_content();
}

}  // namespace isthmus::peerloop
