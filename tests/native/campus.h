#pragma once

#include <string>

#include "native/people.h"

namespace isthmus::native {

/// A published course with its people, written straight into the database of a server that has the given routes.
class Campus {
 public:
  explicit Campus(const App& app, std::uint64_t seed = 1);

  /// Another published course of the creator.
  std::string add_course(const TestUser& maker, std::string_view slug, std::string_view status = "published");
  /// Somebody who paid. Gives the enrollment's id.
  std::string enroll(const TestUser& who, const std::string& in, std::string_view status = "enrolled");
  /// An approved student-teacher.
  void let_teach(const TestUser& who, const std::string& what);
  void follow(const TestUser& follower, const TestUser& followee);
  void suspend(const TestUser& who);

  std::int64_t count(std::string_view sql, std::vector<SqlValue> values = {});
  std::string text(std::string_view sql, std::vector<SqlValue> values = {});

  TestServer server;
  World& world;
  TestUser creator, teacher, student, classmate, stranger, moderator;
  std::string course;  ///< "cpp": the creator's; taught by the teacher; student and classmate are enrolled
};

}  // namespace isthmus::native
