#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "base/time.h"

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

/// A part of an object on another server.
struct PartSource {
  std::string url;  ///< of a server that the deployment names: no client may choose it
  std::uint64_t offset = 0;
  std::uint64_t most = 0;  ///< bytes asked for; fewer come where the source ends
  Millis timeout = minute;
};

/// What became of a part.
struct CopiedPart {
  int status = 0;            ///< the source's; 0: there is no such upload any more
  std::uint64_t size = 0;    ///< of the whole source
  std::uint64_t length = 0;  ///< of this part
  std::string validator;     ///< the source's ETag or Last-Modified: another one is another file
  std::string etag;          ///< of the stored part; empty where nothing was stored
};

/// A part that `copy_part` stored.
struct UploadedPart {
  std::uint32_t number = 0;
  std::string etag;
};

/// Parts have this many bytes at least, and all but the last have the same number; an upload has at most so many.
inline constexpr std::uint64_t smallest_part = 5 << 20;
inline constexpr std::uint32_t most_parts = 10'000;

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

  // An object in parts, which can come in different runs and at any distance of time within a week. It is there once
  // the upload is finished, and not before.

  /// Gives the upload's name.
  virtual Task<Result<std::string>> begin_upload(std::string key, std::string content_type) = 0;
  /// Stores the part `number`, counted from 1, with what a server has; the bytes stream past this program. Sent again,
  /// it replaces the part. Nothing is stored unless the source answers with the very range. Fails with 503 where the
  /// bytes stopped on the way.
  virtual Task<Result<CopiedPart>> copy_part(std::string key, std::string upload, std::uint32_t number,
                                             PartSource source) = 0;
  /// Makes the object of all parts, in the order of their numbers. Nothing where the upload or a part is not known:
  /// it was finished, aborted or given up, or the part was replaced since.
  virtual Task<Result<std::optional<StoredObject>>> finish_upload(std::string key, std::string upload,
                                                                  std::vector<UploadedPart> parts) = 0;
  /// Forgets an upload; one that is not known is forgotten already.
  virtual Task<Result<void>> abort_upload(std::string key, std::string upload) = 0;
};

}  // namespace isthmus
