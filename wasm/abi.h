#pragma once

#include <cstdint>
#include <string_view>

/// What crosses between the module and its host, as functions. Strings and byte ranges are an address and a length in
/// linear memory. The host is worker-shim/; docs/boundary.md tells the whole protocol.
namespace isthmus::abi {

/// The operations of `call`. worker-shim/operations.js has the same list; a test compares them.
enum class Operation : std::uint32_t {
  sleep = 1,
  read_body = 2,
  peek_body = 3,
  database_batch = 4,
  key_value_get = 5,
  key_value_put = 6,
  key_value_remove = 7,
  bucket_open = 8,
  bucket_put_body = 9,
  bucket_put = 10,
  bucket_remove = 11,
  http_send = 12,
  rate_limit = 13,
  upload_begin = 14,
  upload_part = 15,
  upload_finish = 16,
  upload_abort = 17,
};

/// The headers that come with every request, since nearly every one needs them; others are asked for one by one.
inline constexpr std::string_view common_headers =
    "x-request-id\ncf-connecting-ip\nauthorization\ncontent-type\norigin";

#define ISTHMUS_IMPORT(name) __attribute__((import_module("isthmus"), import_name(name)))

extern "C" {

/// Starts an operation of a request. The host reads the arguments before it returns, and completes the call later,
/// never from inside this function.
ISTHMUS_IMPORT("call")
void isthmus_call(std::uint32_t operation, std::uint32_t request, std::uint32_t call, const char* arguments,
                  std::uint32_t size);
/// Hands over the answer of a request, its head packed and its body as it is; the host copies both before it returns.
ISTHMUS_IMPORT("respond")
void isthmus_respond(std::uint32_t request, const char* head, std::uint32_t head_size, const char* body,
                     std::uint32_t body_size);
/// Tells that nothing of the request is left.
ISTHMUS_IMPORT("finish")
void isthmus_finish(std::uint32_t request);
/// Writes a header of the request and gives its length; more than `capacity` where it did not fit, -1 where there is
/// none. `name` is a literal of this module, so the host knows it by its address.
ISTHMUS_IMPORT("header")
std::int32_t isthmus_header(std::uint32_t request, const char* name, std::uint32_t name_size, char* out,
                            std::uint32_t capacity);
ISTHMUS_IMPORT("log")
void isthmus_log(std::uint32_t level, const char* line, std::uint32_t size);
/// Milliseconds since 1970.
ISTHMUS_IMPORT("now")
double isthmus_now();
ISTHMUS_IMPORT("random")
void isthmus_random(std::uint8_t* out, std::uint32_t size);

}  // extern "C"

}  // namespace isthmus::abi
