#pragma once

#include <string>
#include <string_view>

/// The part of a course's address that people read, made from its title.
namespace isthmus::peerloop {

struct SlugChoices {
  std::string plain;     ///< taken where it is free, else "plain-2", "plain-3", …
  std::string distinct;  ///< where all of those are taken: with six letters drawn at random
};

/// "C++ für Anfänger" becomes "c-fur-anfanger". A title without Latin letters becomes "course", and one that looks like
/// an id, which a path could not tell from one, gets its random letters at once. `random` has 6 bytes.
SlugChoices slugs_for(std::string_view title, std::string_view random);

}  // namespace isthmus::peerloop
