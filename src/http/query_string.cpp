#include "http/query_string.h"

#include "base/encoding.h"

namespace isthmus {

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    pairs.emplace_back(form_decode(pair.substr(0, equals)),
                       equals == std::string_view::npos ? std::string() : form_decode(pair.substr(equals + 1)));
  }
  return pairs;
}

}  // namespace isthmus
