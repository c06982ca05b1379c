#pragma once

#include <string>
#include <string_view>

#include "json/rules.h"

namespace isthmus::peerloop {

/// A name without a folder: no slashes, no line breaks, not "." or "..".
struct FileName {
  void check(const std::string& value, Problems& problems) const;
  void describe(SchemaWriter& writer) const { writer.keyword("pattern", R"(^[^/\\\t\r\n]+$)"); }
};
inline constexpr FileName file_name;

/// The Content-Disposition that saves what is served under this name (RFC 6266). A page is never shown from it, even
/// where a browser would know how.
std::string attachment_named(std::string_view name);

}  // namespace isthmus::peerloop
