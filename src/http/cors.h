#pragma once

#include "http/request.h"

namespace isthmus {

/// Lets the web clients named in the setting `CORS_ORIGINS` (comma separated) call from a browser. Tokens travel in a
/// header, so no cookies are allowed across origins.
void add_cors_headers(Request& request, Response& response);

}  // namespace isthmus
