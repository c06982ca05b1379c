#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/app.h"
#include "peerloop/people/rules.h"

/// Who somebody is, as others and they themselves see it.
namespace isthmus::peerloop {

/// What SQLite writes (see `queries.cpp`).
struct Profile {
  std::string id, name, handle, bio;
  std::optional<std::string> avatarUrl;
  std::vector<std::string> roles, expertise;
  std::int64_t followerCount = 0, followingCount = 0, courseCount = 0;
  std::optional<double> rating;
  std::int64_t ratingCount = 0;
  Timestamp createdAt;
  std::optional<bool> isFollowing;
  std::optional<std::string> email;
  std::optional<bool> emailVerified;
  std::optional<std::string> timezone;
  std::optional<bool> marketingOptOut;
};
constexpr auto schema(Profile*) {
  return object("Profile", field("id", &Profile::id), field("name", &Profile::name), field("handle", &Profile::handle),
                field("bio", &Profile::bio), field("avatarUrl", &Profile::avatarUrl), field("roles", &Profile::roles),
                field("expertise", &Profile::expertise), field("followerCount", &Profile::followerCount),
                field("followingCount", &Profile::followingCount),
                field("courseCount", &Profile::courseCount, described("Published courses of their own")),
                field("rating", &Profile::rating,
                      described("What students gave them as a teacher, 1 to 5; null before the first review")),
                field("ratingCount", &Profile::ratingCount), field("createdAt", &Profile::createdAt),
                field("isFollowing", &Profile::isFollowing, or_absent,
                      described("Whether the caller follows; only for others who are signed in")),
                field("email", &Profile::email, or_absent, described("Only for the user")),
                field("emailVerified", &Profile::emailVerified, or_absent, described("Only for the user")),
                field("timezone", &Profile::timezone, or_absent, described("Only for the user")),
                field("marketingOptOut", &Profile::marketingOptOut, or_absent, described("Only for the user")));
}

struct ProfileChange {
  std::optional<std::string> name, handle, bio, timezone;
  std::optional<std::vector<std::string>> expertise;
  std::optional<bool> marketingOptOut;
};
constexpr auto schema(ProfileChange*) {
  return object("ProfileChange", field("name", &ProfileChange::name, trimmed, length(2, 100)),
                field("handle", &ProfileChange::handle, handle, example("ada_lovelace")),
                field("bio", &ProfileChange::bio, length(0, 5000)),
                field("timezone", &ProfileChange::timezone, time_zone, example("Europe/Lisbon")),
                field("expertise", &ProfileChange::expertise, items(0, 20), each(trimmed), each(length(1, 60))),
                field("marketingOptOut", &ProfileChange::marketingOptOut));
}
constexpr std::string_view example_of(ProfileChange*) {
  return R"({"name":"Ada Lovelace","handle":"ada_lovelace","timezone":"Europe/London","expertise":["Analysis"]})";
}

Task<Result<Response>> show_profile(Request& request);
/// 409 `handle_taken` where somebody else has the handle.
Task<Result<Response>> change_profile(Request& request, ProfileChange change);

/// Following is idempotent. 404 for who is not there, 409 `own_account` for oneself.
Task<Result<Response>> follow(Request& request);
Task<Result<Response>> unfollow(Request& request);

}  // namespace isthmus::peerloop
