#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "native/people.h"

namespace isthmus::native {

/// PeerLoop's routes of learning and teaching on a world with a course of three lessons, its creator, a
/// student-teacher, and a student.
class Classroom {
 public:
  explicit Classroom(std::uint64_t seed = 1);

  /// A paid enrollment with its shares. Gives its id.
  std::string enroll(const TestUser& who, const TestUser& taught_by, std::string_view status = "enrolled");
  /// What happens to an enrollment whose whole price goes back.
  void refund(std::string_view enrollment_id);
  /// A session of an enrollment, an hour long, each after the one before. Gives its id.
  std::string hold_session(std::string_view enrollment_id, std::string_view status = "completed");
  /// Enrolls with the student-teacher, recommends and certifies. Gives the certificate's id.
  std::string certify(const TestUser& who);

  std::int64_t count(std::string_view sql, std::vector<SqlValue> values = {});
  std::string text(std::string_view sql, std::vector<SqlValue> values = {});
  std::int64_t mails(std::string_view template_name);
  std::int64_t notices(std::string_view kind, const TestUser& to);

  /// The database's `nth` batch from now is done and its answer is lost.
  void lose_answer(int nth);
  /// Every call of the database takes a random while, so that requests interleave.
  void interleave();

  TestServer server;
  World& world;
  TestUser creator, teacher, student, stranger;
  std::string course_id;
  std::vector<std::string> lessons;
  std::string course;  ///< "/api/courses/{id}"

 private:
  int sessions_ = 0;
};

}  // namespace isthmus::native
