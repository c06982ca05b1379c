#pragma once

#include <string>
#include <string_view>

namespace isthmus::peerloop {

/// What a person typed, as an FTS5 query that finds the documents with all of these words, the last of which may be
/// unfinished. Every word is quoted, so that nothing in it is syntax. Empty where there is no word.
std::string search_words(std::string_view typed);

}  // namespace isthmus::peerloop
