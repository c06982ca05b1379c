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

  Error(int http_status, std::string_view machine_code, ClientText client, LogText internal = {})
      : status(http_status), code(machine_code), text(std::move(client)), log(std::move(internal)) {}

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

inline Error bad_request(std::string text, std::string_view code = "bad_request") {
  return Error(400, code, ClientText(std::move(text)));
}
inline Error unauthorized(std::string text, std::string_view code = "unauthorized") {
  return Error(401, code, ClientText(std::move(text)));
}
inline Error forbidden(std::string text, std::string_view code = "forbidden") {
  return Error(403, code, ClientText(std::move(text)));
}
inline Error not_found(std::string_view what) {
  return Error(404, "not_found", ClientText("There is no such " + std::string(what) + "."));
}
inline Error conflict(std::string text, std::string_view code = "conflict") {
  return Error(409, code, ClientText(std::move(text)));
}
inline Error internal_error(std::string log) {
  return Error(500, "internal_error", ClientText("Something went wrong on our side."), LogText(std::move(log)));
}
/// The request was fine and may be sent again: something that we depend on did not answer.
inline Error unavailable(std::string log, std::int64_t retry_after_seconds = 1) {
  return Error(503, "unavailable", ClientText("The service is busy. Please try again."), LogText(std::move(log)))
      .with_retry_after(retry_after_seconds);
}

/// The value, or `error` where there is none: `co_await required(co_await find(...), not_found("course"))`.
template <class Optional>
Result<typename Optional::value_type> required(Optional value, Error error) {
  if (value) return *std::move(value);
  return Failure(std::move(error));
}

}  // namespace isthmus
