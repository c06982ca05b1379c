#include "peerloop/files/file_name.h"

#include "base/encoding.h"

namespace isthmus::peerloop {

void FileName::check(const std::string& value, Problems& problems) const {
  if (value == "." || value == ".." || value.find_first_of("/\\\t\r\n") != std::string::npos)
    problems.add("must be a file's name, without a folder");
}

std::string attachment_named(std::string_view name) {
  // For clients that do not know the second form, what may stand between quotes without an escape.
  std::string plain(name);
  for (char& c : plain)
    if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '%') c = '_';
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + percent_encode(name);
}

}  // namespace isthmus::peerloop
