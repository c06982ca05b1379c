#pragma once

#include <string_view>
#include <vector>

#include "http/request.h"
#include "jobs/outbox.h"

/// The copy of posts and follows at the feed provider, for clients that read with its SDK. It is brought up to date
/// through the outbox: a row says what may have changed, its delivery reads how things are by then and makes the copy
/// agree, so that rows may come late, twice and in any order. Without a provider (no `STREAM_API_KEY`) none is kept.
///
/// At the provider, `course:{id}` has a course's posts and can be read by its followers, whom only we can add;
/// `timeline:{userId}` follows the courses that a person belongs to, and `user:{id}` of whom they follow or learn from.
/// What is written in a course never goes to a `user` feed, which anyone may read.
namespace isthmus::peerloop {

enum class PostChange { published, ended };
/// A post was written or taken away in this batch.
void mirror_post(std::vector<Statement>& batch, Host& host, std::string_view post_id, PostChange change);

/// All that somebody has written ends in this batch, behind this statement.
void mirror_end_of_posts(std::vector<Statement>& batch, Host& host, std::string_view author_id, Timestamp now);

/// Somebody's follows, both ways, and their teaching end in this batch, behind these statements.
void mirror_departure(std::vector<Statement>& batch, Host& host, std::string_view user_id, Timestamp now);

/// The statement just before began or ended a follow, if it changed a row.
void mirror_follow(std::vector<Statement>& batch, Host& host, std::string_view follower, std::string_view followee);

/// An enrollment came to life or ended in this batch, and with it the student's belonging to the course and learning
/// from its teacher. `cause` names the change among all of this enrollment.
void mirror_enrollment(std::vector<Statement>& batch, Host& host, std::string_view enrollment_id,
                       std::string_view cause);

/// Somebody began or ceased to teach a course in this batch, or made it. `cause` as above, of that person and course.
void mirror_membership(std::vector<Statement>& batch, Host& host, std::string_view course_id, std::string_view user_id,
                       std::string_view cause);

/// Delivers after the answer what this request changed.
void dispatch_mirror(Request& request);

Task<Result<Delivery>> deliver_post(Host& host, const OutboxItem& item);
Task<Result<Delivery>> deliver_follow(Host& host, const OutboxItem& item);
Task<Result<Delivery>> deliver_enrollment(Host& host, const OutboxItem& item);
Task<Result<Delivery>> deliver_membership(Host& host, const OutboxItem& item);

inline constexpr OutboxHandler mirror_post_handler{"stream.post", deliver_post};
inline constexpr OutboxHandler mirror_follow_handler{"stream.follow", deliver_follow};
inline constexpr OutboxHandler mirror_enrollment_handler{"stream.enrollment", deliver_enrollment};
inline constexpr OutboxHandler mirror_membership_handler{"stream.membership", deliver_membership};

}  // namespace isthmus::peerloop
