#pragma once

#include <string_view>

#include "http/request.h"

namespace isthmus {

/// Reads a Range header (RFC 9110, section 14). What is malformed, in another unit, or asks for several parts counts as
/// the whole object, as the RFC allows.
ByteRange parse_range(std::string_view header);

/// Reads an If-None-Match header (RFC 9110, section 13.1.2): as it is, or nothing where it is malformed. R2 would fail.
std::string_view parse_if_none_match(std::string_view header);

/// Answers with an object of the bucket: 200, 206 with Content-Range, 304, 404 or 416, by the request's own Range and
/// If-None-Match. The bytes stream past this program.
Task<Result<Response>> serve_object(Request& request, std::string key, std::string cache_control);

}  // namespace isthmus
