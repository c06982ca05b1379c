#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "ports/database.h"

/// All SQL about reviews.
namespace isthmus::peerloop {

/// A row for the session's two people.
Statement select_attendance_right(std::string_view session_id, std::string_view user_id);

struct ReviewedSession {
  std::string status;
  std::string course_id;
  std::string course_title;
  std::string subject_id;  ///< the other person
  bool by_student = false;
  bool reviewed = false;
};
/// One `ReviewedSession`, as one of its people sees it.
Statement select_reviewed_session(std::string_view session_id, std::string_view author_id);

struct ReviewText {
  std::string id;
  std::string session_id;
  std::string author_id;
  std::int64_t rating = 0;
  std::optional<std::int64_t> course_rating;
  std::string comment;
};
/// "guard:state_changed" where the session is not completed; the constraint "reviews.session_id" where the author
/// reviewed it before.
std::vector<Statement> insert_review(const ReviewText& review, Timestamp now);

/// The review as one JSON text.
Statement select_review(std::string_view id);
// `ListedRow`s, newest first, and one more than `limit`.
Statement select_reviews_of_session(std::string_view session_id, const std::optional<Place>& after, std::int64_t limit);
Statement select_reviews_of_course(std::string_view id_or_slug, const std::optional<Place>& after, std::int64_t limit);
Statement select_reviews_of_teacher(std::string_view id_or_handle, const std::optional<Place>& after,
                                    std::int64_t limit);

}  // namespace isthmus::peerloop
