#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"
#include "base/time.h"

namespace isthmus {

struct OutgoingRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Millis timeout = 10 * second;
  std::uint32_t largest_answer = 1 << 20;  ///< bytes; a longer body fails
};

struct IncomingAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;

  std::string_view header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers)
      if (name == lower_case_name) return value;
    return {};
  }
};

/// Fails with 503 (`code` "unreachable", "timeout" or "answer_too_large") where no whole answer came. Any status is an
/// answer; redirects are not followed.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Task<Result<IncomingAnswer>> send(OutgoingRequest request) = 0;
};

}  // namespace isthmus
