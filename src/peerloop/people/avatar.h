#pragma once

#include <string>

#include "http/app.h"

/// A user's picture, kept in the bucket as `avatars/{userId}`.
namespace isthmus::peerloop {

std::string avatar_key(std::string_view user_id);
inline constexpr std::uint32_t largest_avatar = 5 * 1024 * 1024;  ///< bytes

struct Avatar {
  std::string avatarUrl;
};
constexpr auto schema(Avatar*) { return object("Avatar", field("avatarUrl", &Avatar::avatarUrl)); }

/// 415 `unsupported_image` for what is no PNG, JPEG, WebP or GIF of usable size, whatever its Content-Type claims.
Task<Result<Response>> put_avatar(Request& request);
Task<Result<Response>> get_avatar(Request& request);
Task<Result<Response>> delete_avatar(Request& request);

}  // namespace isthmus::peerloop
