#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/app.h"
#include "http/pagination.h"

/// The courses that can be found, and each in full.
namespace isthmus::peerloop {

// What SQLite writes (see `queries.cpp`).

struct Category {
  std::string id, slug, name, description;
  std::int64_t courseCount = 0;
};
constexpr auto schema(Category*) {
  return object("Category", field("id", &Category::id), field("slug", &Category::slug), field("name", &Category::name),
                field("description", &Category::description),
                field("courseCount", &Category::courseCount, described("Published courses")));
}
ISTHMUS_PAGE(Category)

enum class CourseLevel { beginner, intermediate, advanced };
constexpr auto schema(CourseLevel*) {
  return one_of(EnumName{"beginner", CourseLevel::beginner}, EnumName{"intermediate", CourseLevel::intermediate},
                EnumName{"advanced", CourseLevel::advanced});
}

enum class CourseStatus { draft, published, archived };
constexpr auto schema(CourseStatus*) {
  return one_of(EnumName{"draft", CourseStatus::draft}, EnumName{"published", CourseStatus::published},
                EnumName{"archived", CourseStatus::archived});
}

struct CourseCategory {
  std::string id, slug, name;
};
constexpr auto schema(CourseCategory*) {
  return object("CourseCategory", field("id", &CourseCategory::id), field("slug", &CourseCategory::slug),
                field("name", &CourseCategory::name));
}

struct CoursePerson {
  std::string id, name, handle;
  std::optional<std::string> avatarUrl;
};
constexpr auto schema(CoursePerson*) {
  return object("CoursePerson", field("id", &CoursePerson::id), field("name", &CoursePerson::name),
                field("handle", &CoursePerson::handle), field("avatarUrl", &CoursePerson::avatarUrl));
}

struct CourseSummary {
  std::string id, slug, title, summary;
  CourseLevel level = CourseLevel::beginner;
  CourseCategory category;
  CoursePerson creator;
  std::int64_t priceCents = 0;
  std::string currency;
  std::optional<double> rating;
  std::int64_t ratingCount = 0, enrollmentCount = 0;
  std::optional<std::string> thumbnailUrl;
  std::optional<Timestamp> publishedAt;
};
constexpr auto schema(CourseSummary*) {
  return object("CourseSummary", field("id", &CourseSummary::id), field("slug", &CourseSummary::slug),
                field("title", &CourseSummary::title),
                field("summary", &CourseSummary::summary, described("How the description begins")),
                field("level", &CourseSummary::level), field("category", &CourseSummary::category),
                field("creator", &CourseSummary::creator), field("priceCents", &CourseSummary::priceCents),
                field("currency", &CourseSummary::currency),
                field("rating", &CourseSummary::rating, described("Stars, 1 to 5; null before the first review")),
                field("ratingCount", &CourseSummary::ratingCount),
                field("enrollmentCount", &CourseSummary::enrollmentCount),
                field("thumbnailUrl", &CourseSummary::thumbnailUrl), field("publishedAt", &CourseSummary::publishedAt));
}
ISTHMUS_PAGE(CourseSummary)

struct Lesson {
  std::string id, title, description;
  std::optional<std::int32_t> durationMinutes;
};
constexpr auto schema(Lesson*) {
  return object("Lesson", field("id", &Lesson::id), field("title", &Lesson::title),
                field("description", &Lesson::description), field("durationMinutes", &Lesson::durationMinutes));
}

struct Module {
  std::string id, title, description;
  std::vector<Lesson> lessons;
};
constexpr auto schema(Module*) {
  return object("Module", field("id", &Module::id), field("title", &Module::title),
                field("description", &Module::description), field("lessons", &Module::lessons));
}

struct CourseTeacher {
  std::string id, name, handle;
  std::optional<std::string> avatarUrl;
  std::optional<double> rating;
  std::int64_t ratingCount = 0;
};
constexpr auto schema(CourseTeacher*) {
  return object("CourseTeacher", field("id", &CourseTeacher::id), field("name", &CourseTeacher::name),
                field("handle", &CourseTeacher::handle), field("avatarUrl", &CourseTeacher::avatarUrl),
                field("rating", &CourseTeacher::rating, described("Stars, 1 to 5; null before the first review")),
                field("ratingCount", &CourseTeacher::ratingCount));
}

/// The caller's own, where it is live.
struct CourseEnrollment {
  std::string id, status;
  std::int64_t completedLessons = 0, totalLessons = 0;
  std::optional<std::string> certificateId;
};
constexpr auto schema(CourseEnrollment*) {
  return object("CourseEnrollment", field("id", &CourseEnrollment::id), field("status", &CourseEnrollment::status),
                field("completedLessons", &CourseEnrollment::completedLessons),
                field("totalLessons", &CourseEnrollment::totalLessons),
                field("certificateId", &CourseEnrollment::certificateId, or_absent));
}

/// All that a summary says, and the rest.
struct Course : CourseSummary {
  std::string description;
  CourseStatus status = CourseStatus::draft;
  std::vector<std::string> objectives;
  std::vector<Module> modules;
  std::vector<CourseTeacher> studentTeachers;
  std::int64_t materialCount = 0;
  std::optional<CourseEnrollment> enrollment;
  std::optional<std::string> teaching;
  Timestamp createdAt, updatedAt;
};
constexpr auto schema(Course*) {
  const auto with_rest = [](auto... summary) {
    return object("Course", summary..., field("description", &Course::description), field("status", &Course::status),
                  field("objectives", &Course::objectives), field("modules", &Course::modules),
                  field("studentTeachers", &Course::studentTeachers), field("materialCount", &Course::materialCount),
                  field("enrollment", &Course::enrollment, or_absent, described("The caller's own, if it is live")),
                  field("teaching", &Course::teaching, or_absent,
                        described("How the caller's application to teach the course stands, if there is one")),
                  field("createdAt", &Course::createdAt), field("updatedAt", &Course::updatedAt));
  };
  return std::apply(with_rest, schema_of<CourseSummary>.fields);
}

enum class CourseSort { newest, price, price_descending, rating, popular, relevance };
constexpr auto schema(CourseSort*) {
  return one_of(EnumName{"newest", CourseSort::newest}, EnumName{"price", CourseSort::price},
                EnumName{"-price", CourseSort::price_descending}, EnumName{"rating", CourseSort::rating},
                EnumName{"popular", CourseSort::popular}, EnumName{"relevance", CourseSort::relevance});
}

struct CategoriesQuery {
  std::int64_t limit = largest_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(CategoriesQuery*) {
  return object("CategoriesQuery", field("limit", &CategoriesQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &CategoriesQuery::cursor));
}

struct CoursesQuery {
  std::optional<std::string> category;
  std::optional<CourseLevel> level;
  std::optional<std::string> creator, q;
  std::optional<CourseSort> sort;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(CoursesQuery*) {
  return object("CoursesQuery", field("category", &CoursesQuery::category, length(1, 60), described("Its id or slug")),
                field("level", &CoursesQuery::level),
                field("creator", &CoursesQuery::creator, length(1, 40), described("Their id or handle")),
                field("q", &CoursesQuery::q, length(0, 200), described("Words of title, description or objectives")),
                field("sort", &CoursesQuery::sort, described("newest, or relevance where words are given")),
                field("limit", &CoursesQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &CoursesQuery::cursor));
}

Task<Result<Response>> list_categories(Request& request, CategoriesQuery query);
Task<Result<Response>> list_courses(Request& request, CoursesQuery query);
/// A draft exists for its creator only, an archived course also for who learns or has learnt in it.
Task<Result<Response>> show_course(Request& request);

}  // namespace isthmus::peerloop
