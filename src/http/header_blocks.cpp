#include "http/header_blocks.h"

#include <algorithm>
#include <array>

namespace isthmus {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> protection{{
    {"cache-control", "no-store"},
    {"content-security-policy", "default-src 'none'; frame-ancestors 'none'"},
    {"referrer-policy", "no-referrer"},
    {"strict-transport-security", "max-age=31536000; includeSubDomains"},
    {"x-content-type-options", "nosniff"},
}};

bool has_own_protection(const Response& response) {
  return std::ranges::any_of(protection, [&](const auto& header) { return response.has_header(header.first); });
}

bool is_plain_json(const Response& response) {
  return response.headers.size() == 1 && response.headers[0].name == "content-type" &&
         response.headers[0].value == json_content_type;
}

}  // namespace

void HeaderBlocks::add_to(Response& response, const CorsGrant& grant) {
  if (is_plain_json(response)) {
    response.headers.clear();
    response.shared_headers = &block_for(json_, grant, true);
  } else if (!has_own_protection(response)) {
    response.shared_headers = &block_for(other_, grant, false);
  } else {
    for (const auto& [name, value] : protection)
      if (!response.has_header(name)) response.headers.push_back({std::string(name), std::string(value)});
    append_cors_headers(response.headers, grant);
  }
}

const HeaderBlock& HeaderBlocks::block_for(ByOrigin& blocks, const CorsGrant& grant, bool is_json) {
  const auto known = blocks.find(grant.origin);
  if (known != blocks.end()) return known->second;
  HeaderBlock block;
  if (is_json) block.push_back({"content-type", std::string(json_content_type)});
  for (const auto& [name, value] : protection) block.push_back({std::string(name), std::string(value)});
  append_cors_headers(block, grant);
  return blocks.emplace(grant.origin, std::move(block)).first->second;
}

}  // namespace isthmus
