#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace isthmus {

/// Text that a client may read. A distinct type, so that a text written for the log can not reach a client by accident.
struct ClientText {
  std::string value;
  explicit ClientText(std::string text) : value(std::move(text)) {}
};

/// Text for the log only: what a provider answered, which constraint failed.
struct LogText {
  std::string value;
  LogText() = default;
  explicit LogText(std::string text) : value(std::move(text)) {}
};

/// Why a request ends without its result. `code` is machine-readable and has static storage.
struct Error {
  int status;
  std::string_view code;
  ClientText text;
  LogText log;
  std::string details;                   ///< a JSON value for the client, or empty
  std::int64_t retry_after_seconds = 0;  ///< 0: no Retry-After header
  std::string_view allow;                ///< for 405: the methods that exist, comma separated

  // Out of line: every coroutine moves and destroys errors in dozens of places, and a call is smaller than three texts.
  Error(int http_status, std::string_view machine_code, ClientText client, LogText internal = {});
  Error(const Error&);
  Error(Error&&) noexcept;
  Error& operator=(const Error&);
  Error& operator=(Error&&) noexcept;
  ~Error();

  Error&& with_details(std::string json) && {
    details = std::move(json);
    return std::move(*this);
  }
  Error&& with_retry_after(std::int64_t seconds) && {
    retry_after_seconds = seconds;
    return std::move(*this);
  }
};

template <class T>
using Result = std::expected<T, Error>;

using Failure = std::unexpected<Error>;

Error bad_request(std::string text, std::string_view code = "bad_request");
Error unauthorized(std::string text, std::string_view code = "unauthorized");
Error forbidden(std::string text, std::string_view code = "forbidden");
Error not_found(std::string_view what);
Error conflict(std::string text, std::string_view code = "conflict");
Error payload_too_large(std::uint32_t most_bytes);
Error internal_error(std::string log);
/// The request was fine and may be sent again: something that we depend on did not answer.
Error unavailable(std::string log, std::int64_t retry_after_seconds = 1);

/// The value, or `error` where there is none: `co_await required(co_await find(...), not_found("course"))`.
template <class Optional>
Result<typename Optional::value_type> required(Optional value, Error error) {
  if (value) return *std::move(value);
  return Failure(std::move(error));
}

}  // namespace isthmus
