#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/sampler.h"
#include "fuzz/steps.h"
#include "http/pipeline.h"
#include "native/marketplace.h"

namespace isthmus::fuzz {

/// The row of the product's own table that a request leads to.
const Route* row_of(std::string_view method, std::string_view path);

/// PeerLoop on the native host with a little of everything in it, put back to where it began before every input.
class Playground {
 public:
  Playground();

  const Sampler& sampler() const { return *sampler_; }
  std::vector<std::string> callers() const;

  void begin();
  void send(const Step& step);
  /// What must hold when all requests of an input are answered.
  void end();

 private:
  void furnish();
  /// Asks for something that must be granted. Gives the answer.
  native::Json ask(std::string_view who, std::string method, std::string target,
                   const native::Json& body = native::Json::object());
  void append_caller(std::vector<Header>& headers, std::string_view name) const;
  /// With ids in the place of "{table.number}" and "{users.teacher}".
  std::string filled(const std::string& text);
  Result<IncomingAnswer> respond(const OutgoingRequest& request);
  void check(const Step& step, const native::Reply& reply, bool asked_providers) const;

  native::Marketplace market_;
  native::World& world_;
  Pipeline pipeline_;
  std::map<std::string, native::Caller, std::less<>> callers_;
  std::vector<std::string> tables_;
  std::optional<Sampler> sampler_;
  Timestamp began_;
  native::BucketContents objects_;
  std::string provider_;
  std::uint32_t frames_ = 0;
};

}  // namespace isthmus::fuzz
