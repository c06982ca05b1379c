#include "peerloop/courses/thumbnail.h"

#include "base/id.h"
#include "http/stored_object.h"
#include "peerloop/courses/queries.h"
#include "peerloop/files/image.h"

namespace isthmus::peerloop {

namespace {

std::string key_of(std::string_view course_id) { return "courses/" + std::string(course_id) + "/thumbnail"; }

}  // namespace

Task<Result<Response>> put_thumbnail(Request& request) {
  const std::string course_id(request.param("id"));
  const std::string first_bytes = co_await request.incoming().peek_body(image_header_bytes);
  const ImageHeader image = co_await accept_image(first_bytes);
  const auto stored =
      co_await request.host().bucket.put_request_body(key_of(course_id), std::string(image.content_type));
  co_await request.db().write(set_thumbnail(course_id, key_of(course_id), stored.etag, request.now()));
  co_return ok(Thumbnail{"/api/courses/" + course_id + "/thumbnail"});
}

Task<Result<Response>> get_thumbnail(Request& request) {
  if (!is_uuid(request.param("id"))) co_return Failure(not_found("file"));
  co_return co_await serve_object(request, key_of(request.param("id")), "public, max-age=300");
}

Task<Result<Response>> delete_thumbnail(Request& request) {
  const std::string course_id(request.param("id"));
  co_await request.db().write(clear_thumbnail(course_id, request.now()));
  co_await request.host().bucket.remove(key_of(course_id));
  co_return no_content();
}

}  // namespace isthmus::peerloop
