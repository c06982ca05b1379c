#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "native/server.h"

namespace isthmus::native {

/// As much of Stream's feeds as tests need, in memory, in both versions: feeds that must be made first (v3 only),
/// activities that a second time replaces, follows. It answers the world's HTTP client.
class FakeStream {
 public:
  static constexpr std::string_view secret = "abcdefghijklmnop";

  /// Sets the world's settings for Stream, and answers its requests from now on; all others as before.
  explicit FakeStream(World& world, std::string_view version = "v3");
  FakeStream(const FakeStream&) = delete;
  FakeStream& operator=(const FakeStream&) = delete;

  /// Answers instead of Stream while it is set.
  std::function<Result<IncomingAnswer>(const OutgoingRequest&)> instead;
  /// Is told of each request, before it has its effect.
  std::function<void(const OutgoingRequest&)> watch;

  /// A webhook's delivery, signed.
  static Outgoing delivery(const std::string& body, std::string_view id, std::string_view with = secret);

  bool follows(const std::string& source, const std::string& target) const {
    return followed.contains({source, target});
  }

  std::map<std::string, std::string> visibility;           ///< of the feeds that were made, by "course:…"
  std::map<std::string, Json> activities;                  ///< by our own id
  std::set<std::pair<std::string, std::string>> followed;  ///< source and target
  int calls = 0;

 private:
  IncomingAnswer answer_v3(const OutgoingRequest& request, std::string_view path);
  IncomingAnswer answer_v2(const OutgoingRequest& request, std::string_view path);

  bool is_v3_;
};

}  // namespace isthmus::native
