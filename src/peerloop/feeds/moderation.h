#pragma once

#include "peerloop/feeds/posts.h"

/// What moderators decide about posts that somebody objected to.
namespace isthmus::peerloop {

enum class PostStatus { published, deleted, removed };
constexpr auto schema(PostStatus*) {
  return one_of(EnumName{"published", PostStatus::published}, EnumName{"deleted", PostStatus::deleted},
                EnumName{"removed", PostStatus::removed});
}

enum class FlagStatus { open, dismissed, upheld, moot };
constexpr auto schema(FlagStatus*) {
  return one_of(EnumName{"open", FlagStatus::open}, EnumName{"dismissed", FlagStatus::dismissed},
                EnumName{"upheld", FlagStatus::upheld}, EnumName{"moot", FlagStatus::moot});
}

/// What SQLite writes (see `queries.cpp`).
struct Flag {
  std::string id;
  FlagReason reason;
  std::string note;
  FlagStatus status;
  std::optional<PersonInList> reporter;
  Post post;
  PostStatus postStatus;
  std::int64_t openFlags = 0;
  std::string resolution;
  std::optional<PersonInList> resolvedBy;
  std::optional<Timestamp> resolvedAt;
  Timestamp createdAt;
};
constexpr auto schema(Flag*) {
  return object("Flag", field("id", &Flag::id), field("reason", &Flag::reason), field("note", &Flag::note),
                field("status", &Flag::status, described("moot: its author deleted the post first")),
                field("reporter", &Flag::reporter, described("null: the feed provider, which took its copy away")),
                field("post", &Flag::post), field("postStatus", &Flag::postStatus),
                field("openFlags", &Flag::openFlags, described("Of the same post")),
                field("resolution", &Flag::resolution, described("What the moderator noted")),
                field("resolvedBy", &Flag::resolvedBy), field("resolvedAt", &Flag::resolvedAt),
                field("createdAt", &Flag::createdAt));
}
ISTHMUS_PAGE(Flag)

struct FlagsQuery {
  FlagStatus status = FlagStatus::open;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(FlagsQuery*) {
  return object("FlagsQuery", field("status", &FlagsQuery::status, or_default),
                field("limit", &FlagsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &FlagsQuery::cursor));
}

enum class FlagAction { dismiss, remove };
constexpr auto schema(FlagAction*) {
  return one_of(EnumName{"dismiss", FlagAction::dismiss}, EnumName{"remove", FlagAction::remove});
}

struct Resolution {
  FlagAction action;
  std::optional<std::string> note;
};
constexpr auto schema(Resolution*) {
  return object("Resolution", field("action", &Resolution::action, described("remove takes the post away")),
                field("note", &Resolution::note, trimmed, length(1, 500), described("For other moderators")));
}
constexpr std::string_view example_of(Resolution*) { return R"({"action":"remove","note":"Advertising"})"; }

/// Oldest first: a queue.
Task<Result<Response>> list_flags(Request& request, FlagsQuery query);
/// To remove a post upholds all that is open against it; to dismiss concerns this flag alone. 409 `flag_resolved`, and
/// `own_post` for one's own.
Task<Result<Response>> resolve_flag(Request& request, Resolution body);

}  // namespace isthmus::peerloop
