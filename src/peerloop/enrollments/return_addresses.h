#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

/// Where the payment page sends the student afterwards. Only to origins that the deployment names: an address of
/// anyone's choice behind our payment page would be an open redirect.
namespace isthmus::peerloop {

/// "https://app.example.org:8443": scheme, host in lower case, and the port where it is not the scheme's own. Nothing
/// for what is no http or https address.
std::optional<std::string> origin_of(std::string_view address);

struct ReturnAddresses {
  std::string success;
  std::string cancel;
};

struct AllowedOrigins {
  std::string_view app_url;       ///< the setting APP_URL
  std::string_view cors_origins;  ///< the setting CORS_ORIGINS, comma separated

  bool contain(std::string_view origin) const;
};

/// The addresses that the client asked for, or pages below APP_URL. 400 `validation_failed` for foreign ones.
Result<ReturnAddresses> return_addresses(const AllowedOrigins& allowed, const std::optional<std::string>& success,
                                         const std::optional<std::string>& cancel, std::string_view enrollment_id);

}  // namespace isthmus::peerloop
