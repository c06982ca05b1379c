#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isthmus {

/// Reads `a=1&b=two%20words` as browsers write it (WHATWG URL, application/x-www-form-urlencoded).
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

}  // namespace isthmus
