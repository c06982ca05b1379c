#include "base/strings.h"
#include "peerloop/app.h"
#include "peerloop/auth/handle.h"
#include "peerloop/auth/handlers.h"
#include "peerloop/auth/issue.h"
#include "peerloop/auth/mailed_token.h"
#include "peerloop/auth/password.h"
#include "peerloop/auth/password_rules.h"

namespace isthmus::peerloop {

namespace {

auth_queries::NewAccount new_account(Request& request, Signup body, std::string password_hash) {
  Host& host = request.host();
  auto handles = handles_for(body.name, host.random.bytes(6));
  return {
      host.random.uuid(request.now()), std::move(body.name),     to_lower_ascii(body.email), std::move(handles.plain),
      std::move(handles.distinct),     std::move(password_hash), name_of(body.role)};
}

auth_queries::AccountRow as_row(auth_queries::NewAccount account, std::string handle, Timestamp now) {
  auth_queries::AccountRow row;
  row.id = std::move(account.id);
  row.name = std::move(account.name);
  row.handle = std::move(handle);
  row.email = std::move(account.email);
  row.roles = "[\"" + std::string(account.role) + "\"]";
  row.timezone = "UTC";
  row.created_at = now;
  return row;
}

}  // namespace

Task<Result<Response>> signup(Request& request, Signup body) {
  co_await check_new_password(body.password, body.email);
  auto hash = co_await hash_new_password(request.host(), body.password);
  auto account = new_account(request, std::move(body), std::move(hash));
  auto tokens = co_await draw_tokens(request);

  auto batch = auth_queries::insert_account(account, request.now());
  append(batch, auth_queries::open_session(new_session(request, account.id, 1), tokens.record, request.now()));
  append(batch, send_verification(request, account.id, account.email));
  auto written = co_await attempt(request.db().batch(std::move(batch), OnLostAnswer::fail));
  auto results = co_await on_constraint(std::move(written), "users.email",
                                        conflict("There is an account with this e-mail address.", "email_taken"));

  dispatch_after(request);
  std::string handle = std::move(results.front()).text();
  auto row = as_row(std::move(account), std::move(handle), request.now());
  co_return created(co_await signed_in_as(request, std::move(row), std::move(tokens)));
}

}  // namespace isthmus::peerloop
