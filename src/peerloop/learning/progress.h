#pragma once

#include <string>

#include "http/app.h"

/// The lessons that a student has done.
namespace isthmus::peerloop {

struct LessonDone {
  std::string lessonId;
  bool completed = true;
};
constexpr auto schema(LessonDone*) {
  return object("LessonDone", field("lessonId", &LessonDone::lessonId, uuid),
                field("completed", &LessonDone::completed));
}
constexpr std::string_view example_of(LessonDone*) {
  return R"({"lessonId":"01a20daa-f2a3-75d8-984a-862541814e39","completed":true})";
}

/// Marks a lesson as done or not done, by the enrollment's student while enrolled and afterwards. Saying it again
/// changes nothing. The answer is the enrollment. 409 `not_enrolled` with the state.
Task<Result<Response>> mark_lesson(Request& request, LessonDone lesson);

/// The enrollment that the path names, for its student.
Statement learns(const Request& request);

}  // namespace isthmus::peerloop
