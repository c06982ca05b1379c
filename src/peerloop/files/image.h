#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"

namespace isthmus::peerloop {

/// What the first bytes of a picture say about it.
struct ImageHeader {
  std::string_view content_type;  ///< "image/png", "image/jpeg", "image/webp" or "image/gif"
  std::uint32_t width = 0;        ///< pixels
  std::uint32_t height = 0;
};

/// So many bytes hold the header of a picture: a JPEG may carry its size behind a thumbnail and colour tables.
inline constexpr std::uint32_t image_header_bytes = 256 * 1024;
/// Pixels a side. A picture that unpacks to more than this is made to harm, or by mistake.
inline constexpr std::uint32_t largest_image_side = 8192;

/// Reads the type and size of a PNG, JPEG, WebP or GIF from its first bytes; nothing where it is none of them or ends
/// too early.
std::optional<ImageHeader> read_image_header(std::string_view bytes);

bool has_usable_size(const ImageHeader& image);

/// The header of a picture that may be shown. 415 `unsupported_image` for what is no PNG, JPEG, WebP or GIF of usable
/// size, whatever its Content-Type claims.
Result<ImageHeader> accept_image(std::string_view first_bytes);

}  // namespace isthmus::peerloop
