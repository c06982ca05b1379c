#pragma once

#include <string_view>
#include <vector>

#include "ports/host.h"

namespace isthmus::peerloop {

/// What becomes of a person's writing when the account ends, for the batch that ends it: posts lose their text, here
/// and at the feed provider, objections their notes, and blocks go. Messages stay with those who received them, as
/// mails would.
std::vector<Statement> forget_writing(Host& host, std::string_view user_id, Timestamp now);

}  // namespace isthmus::peerloop
