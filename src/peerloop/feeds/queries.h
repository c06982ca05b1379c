#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "peerloop/feeds/moderation.h"
#include "ports/database.h"

/// All SQL of posts and flags.
namespace isthmus::peerloop {

inline constexpr std::string_view posts_order = "post";
inline constexpr std::string_view flags_order = "flag";

/// Whether the caller may read a feed; no row where there is nothing to read.
struct FeedAccess {
  bool may_read = false;
  bool is_public = false;  ///< that it exists is no secret
};
Statement select_course_access(std::string_view caller, std::string_view course);
Statement select_instructor_access(std::string_view caller, std::string_view instructor);

// Lists: a `ListedRow` each, newest first, and one more than `limit`. They are empty for who may not read.
Statement select_course_feed(std::string_view caller, std::string_view course, const std::optional<Place>& after,
                             std::int64_t limit);
Statement select_instructor_feed(std::string_view caller, std::string_view instructor,
                                 const std::optional<Place>& after, std::int64_t limit);
Statement select_timeline(std::string_view caller, const std::optional<Place>& after, std::int64_t limit);

/// Guards: `not_found`, `not_enrolled`, `too_many`.
std::vector<Statement> insert_post(std::string_view id, std::string_view author, std::string_view course,
                                   std::string text, Timestamp now);
/// One JSON text.
Statement select_post(std::string_view id, std::string_view caller);

/// A post as who wants to take it away needs it; no row for who may not read it.
struct PostInQuestion {
  std::string status, author_id, course_id, course_title;
};
Statement select_post_in_question(std::string_view id, std::string_view caller);

/// Takes a post away. Guard: `state_changed` where that has happened already.
std::vector<Statement> end_own_post(std::string_view id, Timestamp now);
std::vector<Statement> remove_post(std::string_view id, std::string_view moderator, Timestamp now);

/// Guards: `not_found`, `not_owner` for one's own post, `too_many`.
std::vector<Statement> insert_flag(std::string_view new_id, std::string_view post, std::string_view reporter,
                                   const NewFlag& flag, Timestamp now);

/// `ListedRow`s, oldest first.
Statement select_flags(std::string_view caller, const FlagsQuery& query, const std::optional<Place>& after);
/// One JSON text.
Statement select_flag(std::string_view id, std::string_view caller);
struct FlagInQuestion {
  std::string status;
  std::optional<std::string> resolved_by;
  std::string reason, post_id, author_id, course_id, course_title;
};
Statement select_flag_in_question(std::string_view id);
/// Guard: `state_changed` where it was resolved already.
std::vector<Statement> resolve_one_flag(std::string_view id, FlagStatus status, std::string_view resolution,
                                        std::string_view moderator, Timestamp now);
/// The other flags of a post that is taken away.
Statement resolve_flags_of(std::string_view post, FlagStatus status, std::optional<std::string_view> moderator,
                           Timestamp now);

}  // namespace isthmus::peerloop
