#pragma once

#include "http/request.h"

namespace isthmus {

/// What the setting `CORS_ORIGINS` (comma separated) lets a browser do with an answer. Tokens travel in a header, so no
/// cookies are allowed across origins.
struct CorsGrant {
  bool depends_on_origin = false;  ///< some origins are allowed: caches must tell them apart
  std::string origin;              ///< the caller's, where it is one of them; else empty
};

CorsGrant cors_grant(Request& request);

void append_cors_headers(std::vector<Header>& headers, const CorsGrant& grant);
/// What the answer to a preflight says besides.
void append_preflight_headers(std::vector<Header>& headers, const CorsGrant& grant);

}  // namespace isthmus
