#include "base/error.h"

namespace isthmus {

Error::Error(int http_status, std::string_view machine_code, ClientText client, LogText internal)
    : status(http_status), code(machine_code), text(std::move(client)), log(std::move(internal)) {}

[[gnu::noinline]] Error::Error(const Error&) = default;
[[gnu::noinline]] Error::Error(Error&&) noexcept = default;
[[gnu::noinline]] Error& Error::operator=(const Error&) = default;
[[gnu::noinline]] Error& Error::operator=(Error&&) noexcept = default;
[[gnu::noinline]] Error::~Error() = default;

Error bad_request(std::string text, std::string_view code) { return Error(400, code, ClientText(std::move(text))); }

Error unauthorized(std::string text, std::string_view code) { return Error(401, code, ClientText(std::move(text))); }

Error forbidden(std::string text, std::string_view code) { return Error(403, code, ClientText(std::move(text))); }

Error not_found(std::string_view what) {
  return Error(404, "not_found", ClientText("There is no such " + std::string(what) + "."));
}

Error conflict(std::string text, std::string_view code) { return Error(409, code, ClientText(std::move(text))); }

Error payload_too_large(std::uint32_t most_bytes) {
  return Error(413, "payload_too_large",
               ClientText("The body may have at most " + std::to_string(most_bytes) + " bytes."));
}

Error internal_error(std::string log) {
  return Error(500, "internal_error", ClientText("Something went wrong on our side."), LogText(std::move(log)));
}

Error unavailable(std::string log, std::int64_t retry_after_seconds) {
  return Error(503, "unavailable", ClientText("The service is busy. Please try again."), LogText(std::move(log)))
      .with_retry_after(retry_after_seconds);
}

}  // namespace isthmus
