#include "peerloop/app.h"
#include "peerloop/audit.h"
#include "peerloop/auth/revocation.h"
#include "peerloop/enrollments/enroll.h"
#include "peerloop/feeds/forget.h"
#include "peerloop/materials/material.h"
#include "peerloop/notifications/notify.h"
#include "peerloop/people/avatar.h"
#include "peerloop/privacy/privacy.h"
#include "peerloop/privacy/queries.h"
#include "peerloop/scheduling/call_off.h"
#include "peerloop/video/forget.h"

namespace isthmus::peerloop {

namespace {

Error obligations_left(std::string details) {
  return conflict("Others depend on this account, or money is unsettled. See the details.", "obligations_left")
      .with_details(std::move(details));
}

struct OpenPage {
  std::string session_id;
};

}  // namespace

Statement enqueue_object_removal(Host& host, std::string_view key, Timestamp moment) {
  JsonWriter payload;
  payload.begin_object().member("key", key).end_object();
  std::string name(object_removal_handler.kind);
  name.append(1, ':').append(key).append(1, ':').append(std::to_string(moment.ms));
  return enqueue(host, object_removal_handler.kind, std::move(name), std::move(payload).text(), moment);
}

Task<Result<Response>> delete_account(Request& request) {
  const std::string user_id = request.user().user_id;
  const Timestamp now = request.now();
  std::vector<Statement> batch = privacy_queries::guard_obligations(user_id);
  const std::size_t pages_at = batch.size();
  batch.push_back(privacy_queries::release_open_pages(user_id, now));
  const std::size_t tokens_at = batch.size();
  batch.push_back(auth_queries::live_access_tokens(user_id, now));
  batch.push_back(enqueue_revocation(request.host(), batch[tokens_at]));
  batch.push_back(auth_queries::end_all_sessions(user_id, "account_deleted", now));
  // Whether or not we know of a picture, and once more when none can be on its way any more.
  for (const Timestamp moment : {now, now + longest_upload})
    batch.push_back(enqueue_object_removal(request.host(), avatar_key(user_id), moment));
  batch.push_back(call_off_sessions_of_student(request.host(), user_id));
  batch.push_back(forget_recordings(request.host(), user_id));
  append(batch, forget_writing(request.host(), user_id, now));
  append(batch, privacy_queries::forget(user_id, now));
  batch.push_back(audit(request, "user.delete", "user", user_id));

  auto done = co_await attempt(request.db().batch(std::move(batch), OnLostAnswer::fail));
  if (!done && violates(done.error(), "guard:state_changed")) {
    auto left = co_await request.db().read(privacy_queries::select_obligations(user_id));
    co_return Failure(obligations_left(std::move(left).text()));
  }
  auto sets = co_await std::move(done);
  for (auto& page : co_await std::move(sets[pages_at]).as<OpenPage>())
    request.after(close_checkout(request.host(), std::move(page.session_id)));
  co_await revoke_access_tokens(request.host(), co_await std::move(sets[tokens_at]).as<auth_queries::LiveToken>());
  dispatch_after(request);
  co_return no_content();
}

Task<Result<Delivery>> deliver_object_removal(Host& host, const OutboxItem& item) {
  const auto payload = co_await parse_json(item.payload);
  const auto key = payload.string_at({"key"});
  if (!key) co_return Failure(bad_request("a removal names no object"));
  co_await host.bucket.remove(std::string(*key));
  co_return Delivery{};
}

}  // namespace isthmus::peerloop
