#include "adapters/feeds/stream_calls.h"

#include "base/encoding.h"

namespace isthmus {

std::string_view name_of(FeedGroup group) {
  switch (group) {
    case FeedGroup::course: return "course";
    case FeedGroup::user: return "user";
    case FeedGroup::timeline: break;
  }
  return "timeline";
}

namespace stream {

std::string full_name(const Feed& feed) { return std::string(name_of(feed.group)) + ':' + feed.id; }

namespace v3 {

namespace {

std::string_view visibility_of(FeedGroup group) {
  switch (group) {
    case FeedGroup::course: return "followers";
    case FeedGroup::user: return "visible";
    case FeedGroup::timeline: break;
  }
  return "private";
}

}  // namespace

Call get_or_create_feed(const Feed& feed) {
  JsonWriter json;
  json.begin_object().member("limit", 1).key("data").begin_object();
  json.member("visibility", visibility_of(feed.group)).end_object();
  json.key("user").begin_object().member("id", feed.owner_id).end_object().end_object();
  return {"POST",
          "/api/v2/feeds/feed_groups/" + std::string(name_of(feed.group)) + "/feeds/" + percent_encode(feed.id),
          {},
          std::move(json).text()};
}

Call put_post(const FeedPost& post) {
  JsonWriter json;
  json.begin_object().key("activities").begin_array().begin_object().member("type", "post");
  json.key("feeds").begin_array().value(full_name(post.feed)).end_array();
  json.member("id", post.id).member("text", post.text).member("user_id", post.author_id);
  json.key("custom").begin_object().member("posted_at", to_rfc3339(post.created_at)).end_object();
  json.end_object().end_array().member("create_users", true).end_object();
  return {"POST", "/api/v2/feeds/activities/batch", {}, std::move(json).text()};
}

Call remove_post(const FeedPost& post) {
  return {"DELETE", "/api/v2/feeds/activities/" + percent_encode(post.id), "hard_delete=true&", {}};
}

Call follow(const Feed& source, const Feed& target) {
  JsonWriter json;
  json.begin_object().member("source", full_name(source)).member("target", full_name(target));
  json.member("create_users", true).member("status", "accepted").end_object();
  return {"POST", "/api/v2/feeds/follows/upsert", {}, std::move(json).text()};
}

Call unfollow(const Feed& source, const Feed& target) {
  return {"DELETE", "/api/v2/feeds/follows/" + full_name(source) + '/' + full_name(target), {}, {}};
}

}  // namespace v3

namespace v2 {

namespace {

std::string path_of(const Feed& feed) {
  return "/api/v1.0/feed/" + std::string(name_of(feed.group)) + '/' + percent_encode(feed.id) + '/';
}

std::string foreign_id_of(const FeedPost& post) { return "post:" + post.id; }

}  // namespace

Call put_post(const FeedPost& post) {
  // In UTC, and without saying so.
  std::string time = to_rfc3339(post.created_at);
  if (time.ends_with('Z')) time.pop_back();
  JsonWriter json;
  json.begin_object().member("actor", "user:" + post.author_id).member("verb", "post");
  json.member("object", foreign_id_of(post)).member("foreign_id", foreign_id_of(post)).member("time", time);
  json.member("text", post.text).end_object();
  return {"POST", path_of(post.feed), {}, std::move(json).text()};
}

Call remove_post(const FeedPost& post) {
  return {"DELETE", path_of(post.feed) + foreign_id_of(post) + '/', "foreign_id=1&", {}};
}

Call follow(const Feed& source, const Feed& target) {
  JsonWriter json;
  json.begin_object().member("target", full_name(target)).end_object();
  return {"POST", path_of(source) + "following/", {}, std::move(json).text()};
}

Call unfollow(const Feed& source, const Feed& target) {
  return {"DELETE", path_of(source) + "following/" + full_name(target) + '/', {}, {}};
}

}  // namespace v2

}  // namespace stream

}  // namespace isthmus
