#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/app.h"
#include "http/pagination.h"

/// Lists of people to learn from.
namespace isthmus::peerloop {

/// What SQLite writes (see `queries.cpp`).
struct Teacher {
  std::string id, name, handle, bio;
  std::optional<std::string> avatarUrl;
  std::vector<std::string> expertise;
  std::int64_t followerCount = 0, courseCount = 0;
  std::optional<double> rating;
  std::int64_t ratingCount = 0;
};
constexpr auto schema(Teacher*) {
  return object("Teacher", field("id", &Teacher::id), field("name", &Teacher::name), field("handle", &Teacher::handle),
                field("bio", &Teacher::bio), field("avatarUrl", &Teacher::avatarUrl),
                field("expertise", &Teacher::expertise), field("followerCount", &Teacher::followerCount),
                field("courseCount", &Teacher::courseCount,
                      described("Published courses that they made, or teach as student-teacher")),
                field("rating", &Teacher::rating,
                      described("What students gave them as a teacher, 1 to 5; null before the first review")),
                field("ratingCount", &Teacher::ratingCount));
}
ISTHMUS_PAGE(Teacher)

struct CreatorsQuery {
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(CreatorsQuery*) {
  return object("CreatorsQuery", field("limit", &CreatorsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &CreatorsQuery::cursor));
}

struct StudentTeachersQuery {
  std::optional<std::string> courseId;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(StudentTeachersQuery*) {
  return object("StudentTeachersQuery",
                field("courseId", &StudentTeachersQuery::courseId, uuid, described("Those who may teach this course")),
                field("limit", &StudentTeachersQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &StudentTeachersQuery::cursor));
}

Task<Result<Response>> list_creators(Request& request, CreatorsQuery query);
Task<Result<Response>> list_student_teachers(Request& request, StudentTeachersQuery query);

}  // namespace isthmus::peerloop
