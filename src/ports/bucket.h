#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/task.h"

namespace isthmus {

/// An object's description. Its bytes never enter this program: `stream` names an open body that the host sends.
struct StoredObject {
  std::string etag;  ///< quoted, as HTTP writes it
  std::string content_type;
  std::uint64_t size = 0;    ///< of the whole object
  std::uint64_t offset = 0;  ///< where the opened part begins
  std::uint64_t length = 0;  ///< of the opened part
  std::uint32_t stream = 0;  ///< 0: no body (the condition said that the client has it, or only the head was asked for)
};

/// A part of an object, in bytes.
struct ByteRange {
  enum class Kind : std::uint32_t { whole = 0, from_to = 1, from = 2, last = 3 };
  Kind kind = Kind::whole;
  std::uint64_t start = 0;   ///< of `from_to` and `from`
  std::uint64_t length = 0;  ///< of `from_to` and `last`; never 0 there
};

/// What a client asks of an object; empty texts do not count.
struct ReadConditions {
  ByteRange range;
  std::string if_none_match;
  std::string if_modified_since;
};

class Bucket {
 public:
  virtual ~Bucket() = default;
  /// Nothing where there is no such object. An unsatisfiable range fails with 416.
  virtual Task<Result<std::optional<StoredObject>>> open(std::string key, ReadConditions conditions) = 0;
  /// Stores the present request's body, which streams past this program. A body that is longer or shorter than its
  /// Content-Length fails and stores nothing.
  virtual Task<Result<StoredObject>> put_request_body(std::string key, std::string content_type) = 0;
  virtual Task<Result<StoredObject>> put(std::string key, std::string content_type, std::string bytes) = 0;
  virtual Task<Result<void>> remove(std::string key) = 0;
};

}  // namespace isthmus
