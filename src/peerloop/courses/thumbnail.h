#pragma once

#include <string>

#include "http/app.h"

/// A course's picture, kept in the bucket as `courses/{courseId}/thumbnail`. Anyone who knows the course's id may see
/// it, as anyone may who sees the published course.
namespace isthmus::peerloop {

inline constexpr std::uint32_t largest_thumbnail = 5 * 1024 * 1024;  ///< bytes

struct Thumbnail {
  std::string thumbnailUrl;
};
constexpr auto schema(Thumbnail*) { return object("Thumbnail", field("thumbnailUrl", &Thumbnail::thumbnailUrl)); }

/// 415 `unsupported_image` for what is no PNG, JPEG, WebP or GIF of usable size, whatever its Content-Type claims.
Task<Result<Response>> put_thumbnail(Request& request);
Task<Result<Response>> get_thumbnail(Request& request);
Task<Result<Response>> delete_thumbnail(Request& request);

}  // namespace isthmus::peerloop
