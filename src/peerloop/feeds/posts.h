#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "http/pagination.h"
#include "peerloop/messages/conversations.h"

/// The feeds of courses. Who belongs to a course (enrolled, its creator, its student-teachers) reads and writes its
/// feed; moderators and admins read all. Everything is read from our own rows, where a removal and the end of an
/// enrollment hold at once.
namespace isthmus::peerloop {

// These describe what SQLite writes (see `queries.cpp`).

struct PostedCourse {
  std::string id, slug, title;
};
constexpr auto schema(PostedCourse*) {
  return object("PostedCourse", field("id", &PostedCourse::id), field("slug", &PostedCourse::slug),
                field("title", &PostedCourse::title));
}

enum class AuthorRole { creator, student_teacher, student };
constexpr auto schema(AuthorRole*) {
  return one_of(EnumName{"creator", AuthorRole::creator}, EnumName{"studentTeacher", AuthorRole::student_teacher},
                EnumName{"student", AuthorRole::student});
}

struct Post {
  std::string id;
  PostedCourse course;
  PersonInList author;
  AuthorRole authorRole;
  std::string text;
  bool isMine = false;
  Timestamp createdAt;
};
constexpr auto schema(Post*) {
  return object("Post", field("id", &Post::id), field("course", &Post::course), field("author", &Post::author),
                field("authorRole", &Post::authorRole, described("In this course, today")), field("text", &Post::text),
                field("isMine", &Post::isMine), field("createdAt", &Post::createdAt));
}
ISTHMUS_PAGE(Post)

struct FeedQuery {
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(FeedQuery*) {
  return object("FeedQuery", field("limit", &FeedQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &FeedQuery::cursor));
}

struct NewPost {
  std::string text;
};
constexpr auto schema(NewPost*) { return object("NewPost", field("text", &NewPost::text, trimmed, length(1, 5000))); }
constexpr std::string_view example_of(NewPost*) {
  return R"({"text":"The slides of the second week are in the materials."})";
}

enum class FlagReason { spam, abuse, off_topic, other };
constexpr auto schema(FlagReason*) {
  return one_of(EnumName{"spam", FlagReason::spam}, EnumName{"abuse", FlagReason::abuse},
                EnumName{"off_topic", FlagReason::off_topic}, EnumName{"other", FlagReason::other});
}

struct NewFlag {
  FlagReason reason;
  std::optional<std::string> note;
};
constexpr auto schema(NewFlag*) {
  return object("NewFlag", field("reason", &NewFlag::reason), field("note", &NewFlag::note, trimmed, length(1, 500)));
}
constexpr std::string_view example_of(NewFlag*) {
  return R"({"reason":"spam","note":"The same link in every course"})";
}

// Newest first. 404 for what is not there, 403 `not_enrolled` for who does not belong.
Task<Result<Response>> show_course_feed(Request& request, FeedQuery query);
/// What somebody wrote in courses that they made or teach, as far as the caller belongs to those.
Task<Result<Response>> show_instructor_feed(Request& request, FeedQuery query);
/// All courses that the caller belongs to.
Task<Result<Response>> show_timeline(Request& request, FeedQuery query);

/// 429 for who writes too much.
Task<Result<Response>> write_post(Request& request, NewPost body);
/// By its author or a moderator; 403 `not_author` for others who can read it. Idempotent.
Task<Result<Response>> delete_post(Request& request);
/// Idempotent. 409 `own_post`.
Task<Result<Response>> flag_post(Request& request, NewFlag body);

}  // namespace isthmus::peerloop
