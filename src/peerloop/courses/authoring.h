#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/app.h"
#include "peerloop/courses/catalogue.h"
#include "peerloop/courses/currency.h"
#include "peerloop/courses/curriculum.h"

/// Making courses. A draft may lack much; what is published is complete.
namespace isthmus::peerloop {

inline constexpr std::uint32_t largest_course_body = 256 * 1024;  ///< bytes

// Cents; the smallest and largest charge that Stripe accepts in US dollars.
inline constexpr Range course_price = range(50, 99'999'999);

struct NewCourse {
  std::string title, description, categoryId;
  CourseLevel level = CourseLevel::beginner;
  std::int64_t priceCents = 0;
  std::string currency = "usd";
  std::vector<std::string> objectives;
  std::vector<ModuleDraft> modules;
};
constexpr auto schema(NewCourse*) {
  return object(
      "NewCourse", field("title", &NewCourse::title, trimmed, length(1, 200)),
      field("description", &NewCourse::description, or_default, length(0, 20'000)),
      field("categoryId", &NewCourse::categoryId, uuid), field("level", &NewCourse::level),
      field("priceCents", &NewCourse::priceCents, course_price),
      field("currency", &NewCourse::currency, or_default, currency_code),
      field("objectives", &NewCourse::objectives, or_default, items(0, 30), each(trimmed), each(length(1, 500))),
      field("modules", &NewCourse::modules, or_default, items(0, 50)));
}
constexpr std::string_view example_of(NewCourse*) {
  return R"({"title":"Python for data work","description":"From a messy file to an answer.",)"
         R"("categoryId":"01a20daa-f2a3-75d8-984a-862541814e39","level":"beginner","priceCents":45000,)"
         R"("objectives":["Clean a table"],"modules":[{"title":"Tables","lessons":["Reading files",)"
         R"({"title":"Missing values","durationMinutes":45}]}]})";
}

/// What is given replaces what was; a module or lesson that is to stay itself, with its students' progress, carries
/// its id.
struct CourseChange {
  std::optional<std::string> title, description, categoryId;
  std::optional<CourseLevel> level;
  std::optional<std::int64_t> priceCents;
  std::optional<std::string> currency;
  std::optional<std::vector<std::string>> objectives;
  std::optional<std::vector<ModuleDraft>> modules;
};
constexpr auto schema(CourseChange*) {
  return object("CourseChange", field("title", &CourseChange::title, trimmed, length(1, 200)),
                field("description", &CourseChange::description, length(0, 20'000)),
                field("categoryId", &CourseChange::categoryId, uuid), field("level", &CourseChange::level),
                field("priceCents", &CourseChange::priceCents, course_price),
                field("currency", &CourseChange::currency, currency_code),
                field("objectives", &CourseChange::objectives, items(0, 30), each(trimmed), each(length(1, 500))),
                field("modules", &CourseChange::modules, items(0, 50)));
}
constexpr std::string_view example_of(CourseChange*) {
  return R"({"priceCents":39000,"objectives":["Read a large file without loading it"]})";
}

/// The parts that a change leaves empty and that a published course must have: "description", "objectives", "modules",
/// "lessons" (of some module).
std::vector<std::string> parts_emptied_by(const CourseChange& change);

/// The answer is the course. Its slug is made from the title.
Task<Result<Response>> create_course(Request& request, NewCourse course);
/// 409 `course_incomplete` where a published course would lose what it must have.
Task<Result<Response>> change_course(Request& request, CourseChange change);
/// Publishing what is published changes nothing. 409 `course_incomplete` with `{"missing": ["objectives", …]}`.
Task<Result<Response>> publish_course(Request& request);

/// The course that the path names, for its creator.
Statement owns_course(const Request& request);

}  // namespace isthmus::peerloop
