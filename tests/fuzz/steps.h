#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

/// Whole requests through the pipeline, on the native host. An input is a text, so that a corpus can be read and stays
/// right when the route table grows:
///
///   POST /api/courses/{courses.0}/enroll
///   as: student
///
///   {"instructorType":"student_teacher","studentTeacherId":"{users.teacher}"}
///   ~~~
///   GET /api/enrollments
///   as: student
///
/// "{courses.1}" is the id of the second row of that table at the time, "{users.teacher}" that of a caller. Besides
/// HTTP's own headers there are `as` (who sends it), `signed` (a webhook's signature counts as good), `wait` (so many
/// seconds pass before) and `provider` (what outside services answer from now on: a status and a body).
namespace isthmus::fuzz {

inline constexpr std::size_t most_steps = 6;

struct Step {
  std::string method;
  std::string target;
  std::vector<Header> headers;
  std::string body;

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  std::string header(std::string_view name) const;
};

std::vector<Step> read_steps(std::string_view text);
std::string write_steps(const std::vector<Step>& steps);

/// Takes the text up to `end` from the front of `rest`, and `end` with it.
std::string_view take_until(std::string_view& rest, std::string_view end);

}  // namespace isthmus::fuzz
