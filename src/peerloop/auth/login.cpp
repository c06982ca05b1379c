#include <iterator>

#include "base/strings.h"
#include "peerloop/auth/handlers.h"
#include "peerloop/auth/issue.h"
#include "peerloop/auth/password.h"

namespace isthmus::peerloop {

namespace {

/// The same words for an unknown address and a wrong password.
Error wrong_credentials() {
  return unauthorized("The e-mail address or the password is wrong.", "invalid_credentials");
}

}  // namespace

Task<Result<Response>> login(Request& request, Login body) {
  auto account =
      co_await request.db().first<auth_queries::AccountRow>(auth_queries::account_by_email(to_lower_ascii(body.email)));
  const std::string* stored = account && account->password_hash ? &*account->password_hash : nullptr;
  const auto check = co_await check_password(request.host(), body.password, stored);
  if (!account || !check.matches) co_return Failure(wrong_credentials());
  if (account->suspended) co_return Failure(forbidden("This account is suspended.", "account_suspended"));

  auto tokens = co_await draw_tokens(request);
  auto batch = auth_queries::open_session(new_session(request, account->id, account->token_version), tokens.record,
                                          request.now());
  if (check.needs_rehash) {
    const auto better = co_await hash_new_password(request.host(), body.password);
    batch.push_back(auth_queries::replace_password_hash(account->id, *stored, better));
  }
  // Refused where the password was changed, or the account suspended, since it was read.
  auto written = co_await attempt(request.db().batch(std::move(batch), OnLostAnswer::fail));
  co_await on_constraint(std::move(written), "guard:state_changed", wrong_credentials());
  co_return ok(co_await signed_in_as(request, *std::move(account), std::move(tokens)));
}

}  // namespace isthmus::peerloop
