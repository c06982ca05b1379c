#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"
#include "json/schema.h"

namespace isthmus {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

std::string_view name_of(Method method);
Method method_named(std::string_view name);
/// GET, HEAD and OPTIONS: what must not change anything.
constexpr bool is_safe(Method method) {
  return method == Method::get || method == Method::head || method == Method::options;
}

/// The name of a header that is read: always a literal in lower case, so that a host may remember it by its address.
class HeaderName {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal is a header name wherever one is asked for.
  consteval HeaderName(const char* literal) : text_(literal) {
    for (const char c : text_)
      if (c >= 'A' && c <= 'Z') header_names_are_read_in_lower_case();
  }
  constexpr std::string_view text() const { return text_; }

 private:
  /// Not constexpr, so calling it ends the compilation and shows its name.
  static void header_names_are_read_in_lower_case() {}

  std::string_view text_;
};

/// A request as the host hands it over. The body is read when someone asks for it.
class Incoming {
 public:
  virtual ~Incoming() = default;

  Method method = Method::other;
  std::string path;   ///< as sent, percent-encoded
  std::string query;  ///< as sent, without '?'

  virtual std::optional<std::string> header(HeaderName name) = 0;
  /// The whole body, unpacked where it is gzip. Fails with 413 where it is longer than `most` bytes.
  virtual Task<Result<std::string>> read_body(std::uint32_t most) = 0;
  /// The first bytes of the body, which stays to be streamed: fewer than `count` only where it is shorter.
  virtual Task<Result<std::string>> peek_body(std::uint32_t count) = 0;
};

struct Header {
  std::string name;
  std::string value;
};

/// Headers that many answers share, word for word. A block lives as long as the program, so that a host may know it by
/// its address and keep it ready.
using HeaderBlock = std::vector<Header>;

/// An answer. Its bytes are in `body`, or come from the open stream of a stored object.
struct Response {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
  std::uint32_t stream = 0;
  const HeaderBlock* shared_headers = nullptr;  ///< further headers; null: none
  // What is measured of it. Both have static storage, so that a host may know them by their address.
  std::string_view route{};  ///< the path of the row that answered; empty: none
  std::string_view code{};   ///< of the error; empty: none

  Response&& with(std::string name, std::string value) && {
    headers.push_back({std::move(name), std::move(value)});
    return std::move(*this);
  }
  bool has_header(std::string_view name) const;
};

inline constexpr std::string_view json_content_type = "application/json; charset=utf-8";

Response json_response(int status, std::string json);
Response text_response(int status, std::string text);

template <class T>
Response ok(const T& answer) {
  return json_response(200, encode(answer));
}
template <class T>
Response created(const T& answer) {
  return json_response(201, encode(answer));
}
inline Response accepted() { return json_response(202, R"({"accepted":true})"); }
inline Response no_content() { return {204, {}, {}}; }

/// The answer to a request that failed: `{"error", "code", "details"?, "requestId"}`.
Response error_response(const Error& error, std::string_view request_id);

}  // namespace isthmus
