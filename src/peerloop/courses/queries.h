#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "peerloop/courses/authoring.h"
#include "peerloop/courses/slug.h"
#include "ports/database.h"

/// All SQL about courses.
namespace isthmus::peerloop {

// Lists: a `ListedRow` each, and one more than asked for.
Statement select_categories(const std::optional<Place>& after, std::int64_t limit);
/// Published courses in any order but that of relevance; `words` is an FTS5 query, or empty.
Statement select_courses(const CoursesQuery& query, std::string words, CourseSort sort,
                         const std::optional<Place>& after);
/// The published courses that match best, without the first `skip`.
Statement select_best_courses(const CoursesQuery& query, std::string words, std::int64_t skip);

/// The course as one JSON text; no row where there is none that `caller` may see.
Statement select_course(std::string_view id_or_slug, std::optional<std::string> caller);
Statement select_ownership(std::string_view id, std::string_view creator);

Statement insert_course(std::string_view id, std::string_view creator, const NewCourse& course,
                        const SlugChoices& slugs, Timestamp now);
Statement update_course(std::string_view id, const CourseChange& change, Timestamp now);
/// Gives a course that was never published the slug of its new title.
Statement rename_draft(std::string_view id, const SlugChoices& slugs);

Statement set_thumbnail(std::string_view id, std::string key, std::string etag, Timestamp now);
Statement clear_thumbnail(std::string_view id, Timestamp now);

Statement insert_objectives(std::string_view id, const std::vector<std::string>& objectives);
Statement delete_objectives(std::string_view id);

/// Writes modules and lessons, new and kept; "guard:not_found" where one that is kept is not of this course.
std::vector<Statement> place_curriculum(std::string_view id, const Curriculum& plan);
/// Removes what is not in the plan.
std::vector<Statement> prune_curriculum(std::string_view id, const Curriculum& plan);

/// "guard:course_incomplete" where the course is published and lacks something.
Statement refuse_incomplete(std::string_view id);
/// The results: none, a JSON list of what is missing, the course.
std::vector<Statement> publish_if_complete(std::string_view id, std::string_view creator, Timestamp now);

}  // namespace isthmus::peerloop
