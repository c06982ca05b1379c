#include "peerloop/courses/slug.h"

#include "base/ascii_words.h"

namespace isthmus::peerloop {

namespace {

constexpr std::size_t longest_plain = 80;

/// The shape that the schema keeps for ids: ????????-????-7???-????-????????????
bool has_shape_of_id(std::string_view slug) {
  return slug.size() == 36 && slug[8] == '-' && slug[13] == '-' && slug[14] == '7' && slug[18] == '-' &&
         slug[23] == '-';
}

std::string letters_from(std::string_view random) {
  std::string letters;
  for (const char byte : random) letters.push_back(static_cast<char>('a' + static_cast<unsigned char>(byte) % 26));
  return letters;
}

}  // namespace

SlugChoices slugs_for(std::string_view title, std::string_view random) {
  std::string plain = ascii_words(title, '-', longest_plain);
  if (plain.empty()) plain = "course";
  std::string distinct = plain + '-' + letters_from(random);
  if (has_shape_of_id(plain)) plain = distinct;
  return {std::move(plain), std::move(distinct)};
}

}  // namespace isthmus::peerloop
