#pragma once

#include <string>

#include "native/people.h"

namespace isthmus::native {

/// PeerLoop's scheduling on a world with a teacher who has hours, and a student who has paid. It begins on Monday,
/// 2026-09-21, at 14:13:20 UTC.
class Timetable {
 public:
  explicit Timetable(std::uint64_t seed = 1);

  /// Another student with an enrollment; gives its id.
  std::string enroll(const TestUser& who, std::string_view status = "enrolled");
  /// 09:00 to 17:00 UTC on every day, with whatever is given besides.
  Reply set_hours(const Json& more = Json::object());

  Json booking(std::string_view starts_at, int minutes = 60) const;
  Reply book(std::string_view starts_at, int minutes = 60);
  /// Books, and gives the session's id.
  std::string booked(std::string_view starts_at, int minutes = 60);
  Reply move(std::string_view id, std::string_view starts_at, const Caller& caller);
  Reply cancel(std::string_view id, const Caller& caller, std::string_view reason = "");
  /// When sessions can begin, as the student sees it.
  std::vector<std::string> slots(std::string_view query = "");
  /// Runs what cron does for sessions.
  void remind();
  /// Sends what waits in the outbox; gives the bodies that went to the mail provider since it was last asked.
  std::vector<Json> deliver_mails();

  std::int64_t count(std::string_view sql, std::vector<SqlValue> values = {});
  std::int64_t mails(std::string_view template_name);

  TestServer server;
  World& world;
  TestUser teacher, student;
  std::string course_id, enrollment_id;

 private:
  std::size_t mails_seen_ = 0;
};

}  // namespace isthmus::native
