#include "http/cors.h"

#include <algorithm>

#include "base/strings.h"

namespace isthmus {

namespace {

/// What answers say in headers of theirs, besides those that a page of another origin may always read.
constexpr std::string_view exposed_headers =
    "accept-ranges, content-disposition, content-range, etag, idempotent-replayed, location, retry-after, "
    "x-d1-bookmark, x-next-cursor, x-request-id";
/// What requests may say in headers, besides those that a page may always send.
constexpr std::string_view allowed_headers =
    "authorization, content-type, idempotency-key, if-modified-since, if-none-match, if-range, range, x-d1-bookmark, "
    "x-request-id";

bool is_listed(std::string_view list, std::string_view origin) {
  return std::ranges::contains(split_list(list), origin);
}

}  // namespace

CorsGrant cors_grant(Request& request) {
  const std::string_view allowed = request.settings().get("CORS_ORIGINS");
  if (allowed.empty()) return {};
  auto origin = request.header("origin");
  if (!origin || !is_listed(allowed, *origin)) return {true, {}};
  return {true, *std::move(origin)};
}

void append_cors_headers(std::vector<Header>& headers, const CorsGrant& grant) {
  // Also when this answer carries no permission: a cache must not hand it to an origin that would get one.
  if (grant.depends_on_origin) headers.push_back({"vary", "origin"});
  if (grant.origin.empty()) return;
  headers.push_back({"access-control-allow-origin", grant.origin});
  headers.push_back({"access-control-expose-headers", std::string(exposed_headers)});
}

void append_preflight_headers(std::vector<Header>& headers, const CorsGrant& grant) {
  if (grant.origin.empty()) return;
  headers.push_back({"access-control-allow-headers", std::string(allowed_headers)});
  headers.push_back({"access-control-max-age", "86400"});
}

}  // namespace isthmus
