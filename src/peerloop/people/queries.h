#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "peerloop/people/profile.h"
#include "ports/host.h"

/// All SQL about people.
namespace isthmus::peerloop {

/// The profile as one JSON text, for `caller`; no row where there is nobody to be seen.
Statement select_profile(std::string_view id_or_handle, std::optional<std::string> caller);
std::vector<Statement> update_profile(std::string_view user_id, const ProfileChange& change, Timestamp now);

Statement set_avatar(std::string_view user_id, std::string key, std::string etag, Timestamp now);
Statement clear_avatar(std::string_view user_id, Timestamp now);

Statement insert_follow(std::string_view follower, std::string_view followee, Timestamp now);
Statement delete_follow(std::string_view follower, std::string_view followee);
/// Tells who is followed, the first time that this person follows.
Statement tell_of_follower(Host& host, std::string_view follower, std::string_view followee, Timestamp now);
/// A row if there is such a user to be seen.
Statement select_visible(std::string_view user_id);
/// A row also for an account that was suspended or deleted meanwhile.
Statement select_known(std::string_view user_id);

// Lists of teachers: a `ListedRow` each, and one more than `limit`.
Statement select_creators(const std::optional<Place>& after, std::int64_t limit);
Statement select_student_teachers(const std::optional<Place>& after, std::int64_t limit);
Statement select_teachers_of_course(std::string_view course_id, const std::optional<Place>& after, std::int64_t limit);

}  // namespace isthmus::peerloop
