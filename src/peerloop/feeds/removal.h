#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/request.h"

/// A post that a moderator takes away.
namespace isthmus::peerloop {

struct Removal {
  std::string post_id, author_id, course_id, course_title;
  std::optional<std::string> flag_id;
  std::optional<std::string> reason;  ///< of the flag
};

/// All that a removal is: the post ends, what is open against it is upheld, the act is kept, its author is told, the
/// provider's copy goes. Guard: `state_changed` where the post is not there any more.
void append_removal(std::vector<Statement>& batch, Request& request, const Removal& removal);

}  // namespace isthmus::peerloop
