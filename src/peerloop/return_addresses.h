#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "ports/host.h"

/// Where somebody else's page sends a user afterwards. Only to origins that the deployment names (APP_URL,
/// CORS_ORIGINS): an address of anyone's choice behind our payment page would be an open redirect.
namespace isthmus::peerloop {

/// The address of a page of the web client, which lives at APP_URL: "/earnings" is "https://app.example.org/earnings".
std::string page_of_client(const Settings& settings, std::string_view path);

/// One way back.
struct WayBack {
  std::string_view field;  ///< of the request, for the complaint
  const std::optional<std::string>& requested;
  std::string path;  ///< of the client's page that stands in where no address is requested
};

struct ReturnAddresses {
  std::string done;
  std::string given_up;
};

/// 400 `validation_failed` with each address that belongs to nobody here.
Result<ReturnAddresses> return_addresses(const Settings& settings, const WayBack& done, const WayBack& given_up);

}  // namespace isthmus::peerloop
