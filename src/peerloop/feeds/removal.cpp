#include "peerloop/feeds/removal.h"

#include "peerloop/audit.h"
#include "peerloop/feeds/mirror.h"
#include "peerloop/feeds/queries.h"
#include "peerloop/notifications/notify.h"

namespace isthmus::peerloop {

void append_removal(std::vector<Statement>& batch, Request& request, const Removal& removal) {
  append(batch, remove_post(removal.post_id, request.user().user_id, request.now()));

  JsonWriter details;
  details.begin_object().member("courseId", removal.course_id).member("authorId", removal.author_id);
  if (removal.flag_id) details.member("flagId", *removal.flag_id);
  batch.push_back(audit(request, "post.remove", "post", removal.post_id, std::move(details.end_object()).text()));

  JsonWriter told;
  told.begin_object().member("postId", removal.post_id).member("courseId", removal.course_id);
  told.member("courseTitle", removal.course_title);
  if (removal.reason) told.member("reason", *removal.reason);
  batch.push_back(notify(request.host(), Notice::post_removed, removal.author_id, "post:" + removal.post_id,
                         std::move(told.end_object()).text()));
  mirror_post(batch, request.host(), removal.post_id, PostChange::ended);
}

}  // namespace isthmus::peerloop
