#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace isthmus {

/// A text as lower-case ASCII words for use in addresses: "Zoë's Ångström, 2nd" becomes "zoes-angstrom-2nd". Latin
/// letters lose their marks; what is neither a Latin letter nor a digit only separates words, so that a text in another
/// script becomes empty. At most `most` bytes, cut between words where possible. The text must be valid UTF-8.
std::string ascii_words(std::string_view utf8, char separator, std::size_t most);

}  // namespace isthmus
