#pragma once

#include <string_view>

namespace isthmus::peerloop {

/// What a file is served as, by its first bytes; the ending of its name only tells relatives apart (a DOCX is a ZIP).
/// Only types that no browser runs: text of every kind is plain text, whatever language it is written in, and what is
/// not known is `application/octet-stream`.
std::string_view file_type(std::string_view first_bytes, std::string_view name);

/// So many bytes are looked at: enough for the header of a picture.
inline constexpr std::size_t file_type_bytes = 256 * 1024;

}  // namespace isthmus::peerloop
