#include "peerloop/people/avatar.h"

#include "base/id.h"
#include "http/stored_object.h"
#include "peerloop/files/image.h"
#include "peerloop/people/queries.h"

namespace isthmus::peerloop {

std::string avatar_key(std::string_view user_id) { return "avatars/" + std::string(user_id); }

Task<Result<Response>> put_avatar(Request& request) {
  const std::string& user_id = request.user().user_id;
  const std::string first_bytes = co_await request.incoming().peek_body(image_header_bytes);
  const ImageHeader image = co_await accept_image(first_bytes);
  const auto stored =
      co_await request.host().bucket.put_request_body(avatar_key(user_id), std::string(image.content_type));
  co_await request.db().write(set_avatar(user_id, avatar_key(user_id), stored.etag, request.now()));
  co_return ok(Avatar{"/api/users/" + user_id + "/avatar"});
}

Task<Result<Response>> get_avatar(Request& request) {
  if (!is_uuid(request.param("id"))) co_return Failure(not_found("file"));
  co_return co_await serve_object(request, avatar_key(request.param("id")), "public, max-age=300");
}

Task<Result<Response>> delete_avatar(Request& request) {
  const std::string& user_id = request.user().user_id;
  co_await request.db().write(clear_avatar(user_id, request.now()));
  co_await request.host().bucket.remove(avatar_key(user_id));
  co_return no_content();
}

}  // namespace isthmus::peerloop
