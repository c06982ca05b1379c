#include "peerloop/courses/search_words.h"

namespace isthmus::peerloop {

namespace {

/// More words narrow nothing down, and each costs a walk through the index.
constexpr int most_words = 12;

bool separates(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\x7f'; }

}  // namespace

std::string search_words(std::string_view typed) {
  std::string query;
  for (int words = 0; words < most_words; ++words) {
    while (!typed.empty() && separates(typed.front())) typed.remove_prefix(1);
    if (typed.empty()) break;
    std::size_t length = 0;
    while (length < typed.size() && !separates(typed[length])) ++length;
    if (!query.empty()) query += ' ';
    query += '"';
    query += typed.substr(0, length);
    query += '"';
    typed.remove_prefix(length);
  }
  if (!query.empty()) query += '*';
  return query;
}

}  // namespace isthmus::peerloop
