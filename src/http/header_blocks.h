#pragma once

#include <map>
#include <string>

#include "http/cors.h"

namespace isthmus {

/// Gives an answer the headers that nearly every answer has: what protects browsers, and who may read it. They are
/// written once and shared, since writing a dozen headers for each answer costs more than most handlers.
class HeaderBlocks {
 public:
  /// Where the answer has one of these headers itself, its own counts.
  void add_to(Response& response, const CorsGrant& grant);

 private:
  /// For one kind of content, by the origin that may read it: only allowed origins get a block, so their number is that
  /// of the origins in the settings.
  using ByOrigin = std::map<std::string, HeaderBlock, std::less<>>;

  static const HeaderBlock& block_for(ByOrigin& blocks, const CorsGrant& grant, bool is_json);

  ByOrigin json_;
  ByOrigin other_;
};

}  // namespace isthmus
