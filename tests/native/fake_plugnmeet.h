#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "native/server.h"

namespace isthmus::native {

/// As much of plugNmeet as tests of rooms need, in memory: rooms, tokens, recordings, signed webhooks. It answers the
/// world's HTTP client for its own address, and is where the bucket copies from.
class FakePlugNmeet {
 public:
  static constexpr std::string_view url = "https://video.test";
  static constexpr std::string_view key = "plugnmeet";
  static constexpr std::string_view secret = "zumyyYWqv7KR2kUqvYdq4z4sXg7XTBD2ljT6";

  explicit FakePlugNmeet(World& world);
  FakePlugNmeet(const FakePlugNmeet&) = delete;
  FakePlugNmeet& operator=(const FakePlugNmeet&) = delete;

  /// Answers instead of plugNmeet while it is set.
  std::function<Result<IncomingAnswer>(const OutgoingRequest&)> instead;

  struct Room {
    std::string sid;
    Json settings;
    std::vector<std::string> identities;
  };
  std::map<std::string, Room> rooms;  ///< the active ones
  int rooms_made = 0;
  struct Recording {
    std::uint64_t bytes = 0;
    std::string validator = "Mon, 21 Sep 2026 10:00:00 GMT";
    bool knows_ranges = true;
  };
  std::map<std::string, Recording> recordings;
  /// Of rooms that our side ended, in order.
  std::vector<Json> events_of_calls;
  /// The parts that were asked for, in order.
  std::vector<PartSource> parts_asked;

  /// How many calls of an operation were made: "/room/create".
  std::int64_t calls(std::string_view operation) const;
  /// An event as the server writes it, at the world's present second.
  Json event(std::string_view type, std::string_view room_id, std::string_view room_sid, Json more = Json::object());
  Json participant_event(std::string_view type, std::string_view room_id, std::string_view room_sid,
                         std::string_view participant_sid, std::string_view identity);
  /// The delivery of an event, signed now.
  Outgoing delivery(const Json& event) const;
  Outgoing delivery_of_text(const std::string& body, std::string_view with_secret = secret) const;

  /// The bytes that a recording has at a place.
  static std::string bytes_of(std::uint64_t from, std::uint64_t length);

 private:
  IncomingAnswer respond(const OutgoingRequest& request);
  BucketContents::SourceAnswer serve(const PartSource& source);

  World& world_;
  int last_id_ = 0;
};

}  // namespace isthmus::native
