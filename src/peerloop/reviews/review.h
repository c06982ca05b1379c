#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "http/pagination.h"

/// What the two people of a session say about it afterwards.
namespace isthmus::peerloop {

struct NewReview {
  std::int64_t rating = 0;
  std::optional<std::int64_t> courseRating;
  std::string comment;
};
constexpr auto schema(NewReview*) {
  return object("NewReview", field("rating", &NewReview::rating, range(1, 5), described("Stars for the other person")),
                field("courseRating", &NewReview::courseRating, range(1, 5),
                      described("Stars for the course, from its student; the same as `rating` where it is left out. "
                                "A student's latest word counts, once.")),
                field("comment", &NewReview::comment, or_default, trimmed, length(0, 5000)));
}
constexpr std::string_view example_of(NewReview*) {
  return R"({"rating":5,"courseRating":4,"comment":"Clear, patient, well prepared"})";
}

// These describe what SQLite writes (see `queries.cpp`).

enum class Reviewer { student, teacher };
constexpr auto schema(Reviewer*) {
  return one_of(EnumName{"student", Reviewer::student}, EnumName{"teacher", Reviewer::teacher});
}

struct ReviewPerson {
  std::string id, name, handle;
  std::optional<std::string> avatarUrl;
};
constexpr auto schema(ReviewPerson*) {
  return object("ReviewPerson", field("id", &ReviewPerson::id), field("name", &ReviewPerson::name),
                field("handle", &ReviewPerson::handle), field("avatarUrl", &ReviewPerson::avatarUrl));
}

struct ReviewCourse {
  std::string id, slug, title;
};
constexpr auto schema(ReviewCourse*) {
  return object("ReviewCourse", field("id", &ReviewCourse::id), field("slug", &ReviewCourse::slug),
                field("title", &ReviewCourse::title));
}

struct Review {
  std::string id;
  Reviewer writtenBy = Reviewer::student;
  ReviewPerson author, subject;
  ReviewCourse course;
  std::int64_t rating = 0;
  std::optional<std::int64_t> courseRating;
  std::string comment;
  Timestamp createdAt;
};
constexpr auto schema(Review*) {
  return object("Review", field("id", &Review::id), field("writtenBy", &Review::writtenBy),
                field("author", &Review::author), field("subject", &Review::subject), field("course", &Review::course),
                field("rating", &Review::rating), field("courseRating", &Review::courseRating),
                field("comment", &Review::comment), field("createdAt", &Review::createdAt));
}
ISTHMUS_PAGE(Review)

struct ReviewsQuery {
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(ReviewsQuery*) {
  return object("ReviewsQuery", field("limit", &ReviewsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &ReviewsQuery::cursor));
}

/// By either person of a completed session, once. 409 `session_not_completed` with its state, `already_reviewed`.
Task<Result<Response>> review_session(Request& request, NewReview review);
/// Both reviews of a session, for its people.
Task<Result<Response>> list_session_reviews(Request& request, ReviewsQuery query);
// What students wrote, newest first; for anyone.
Task<Result<Response>> list_course_reviews(Request& request, ReviewsQuery query);
Task<Result<Response>> list_teacher_reviews(Request& request, ReviewsQuery query);

/// The session that the path names, for its two people.
Statement was_in_session(const Request& request);

}  // namespace isthmus::peerloop
