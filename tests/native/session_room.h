#pragma once

#include <string>

#include "native/fake_plugnmeet.h"
#include "native/people.h"

namespace isthmus::native {

/// PeerLoop's rooms on a world with one tutoring session, its two people, and a plugNmeet.
class SessionRoom {
 public:
  explicit SessionRoom(std::uint64_t seed = 1);

  Reply join(const Caller& caller);
  Reply deliver(const Json& event);
  /// Somebody comes in or goes, and the server tells of it.
  void comes(const TestUser& who, std::string_view participant_sid);
  void goes(const TestUser& who, std::string_view participant_sid);
  Reply finish();

  /// Moves time to so long after the session's start (or before it, where negative).
  void at(Millis after_start);
  /// Lets the outbox and cron's part of this deliver what is due.
  void cron();

  std::int64_t count(std::string_view sql, std::vector<SqlValue> values = {});
  std::string text(std::string_view sql, std::vector<SqlValue> values = {});
  /// "completed", or "no_show student".
  std::string outcome();
  /// How many mails of a kind were queued.
  std::int64_t mails(std::string_view template_name);

  TestServer server;
  World& world;
  FakePlugNmeet video;
  TestUser teacher, student, other;
  std::string session_id;
  Timestamp starts_at;
  std::string room_sid = "RM_1";
  static constexpr Millis length = hour;
};

}  // namespace isthmus::native
