#include "peerloop/feeds/mirror.h"

#include "adapters/feeds/stream.h"
#include "peerloop/app.h"
#include "peerloop/sql.h"

namespace isthmus::peerloop {

namespace {

bool has_provider(const Settings& settings) { return settings.find("STREAM_API_KEY").has_value(); }

struct MirroredPost {
  bool is_published = false;
  std::string course_id, creator_id, author_id, text;
  Timestamp created_at;
};
Statement select_mirrored_post(std::string_view id) {
  return sql(R"(
      SELECT p.status = 'published', p.course_id, c.creator_id, p.author_id, p.text, p.created_at
      FROM posts p JOIN courses c ON c.id = p.course_id WHERE p.id = ?1)",
             id);
}

/// Whether one feed should follow another, and who owns the other.
struct WantedFollow {
  bool is_wanted = false;
  std::string owner_id;
};
/// A person's timeline follows whom that person follows, and who teaches them.
Statement select_wanted_follow(std::string_view follower, std::string_view followee) {
  return sql(R"(
      SELECT EXISTS (SELECT 1 FROM follows WHERE follower_id = ?1 AND followee_id = ?2)
          OR EXISTS (SELECT 1 FROM enrollments WHERE student_id = ?1 AND teacher_id = ?2
                     AND status IN ('enrolled', 'completed')), ?2)",
             follower, followee);
}
Statement select_wanted_membership(std::string_view course_id, std::string_view user_id) {
  return sql("SELECT " PEERLOOP_BELONGS_TO("c.id", "?2") ", c.creator_id FROM courses c WHERE c.id = ?1", course_id,
             user_id);
}

struct EnrolledPeople {
  std::string course_id, student_id, teacher_id;
};
Statement select_enrolled(std::string_view enrollment_id) {
  return sql("SELECT course_id, student_id, teacher_id FROM enrollments WHERE id = ?1", enrollment_id);
}

Feed course_feed(std::string id, std::string creator) { return {FeedGroup::course, std::move(id), std::move(creator)}; }
Feed timeline_of(const std::string& id) { return {FeedGroup::timeline, id, id}; }

/// Refused is refused: the row ends, and an admin sees it. Anything else is worth waiting for.
Error for_outbox(Error error) {
  if (error.code == feed_error::refused) error.status = 422;
  return error;
}

/// What a row names: two ids at most.
struct Named {
  std::string first, second;
};
Result<Named> read_payload(const OutboxItem& item, std::string_view first, std::string_view second) {
  const auto json = parse_json(item.payload);
  if (!json) return Failure(json.error());
  return Named{std::string(json->string_at({first}).value_or("")), std::string(json->string_at({second}).value_or(""))};
}

/// Makes the copy agree, and looks once more: what changed meanwhile may have been delivered in between.
Task<Result<void>> settle_follow(Host& host, Statement question, Feed source, FeedGroup group, std::string target) {
  auto provider = co_await stream_feeds(host);
  std::optional<bool> done;
  for (int tries = 0; tries < 3; ++tries) {
    const auto wanted = co_await host.database.first<WantedFollow>(question);
    if (!wanted || done == wanted->is_wanted) break;
    const Feed followed{group, target, wanted->owner_id};
    auto settled =
        co_await attempt(wanted->is_wanted ? provider->follow(source, followed) : provider->unfollow(source, followed));
    if (!settled) co_return Failure(for_outbox(std::move(settled).error()));
    done = wanted->is_wanted;
  }
  co_return Result<void>();
}

std::string payload_of(std::string_view first_name, std::string_view first, std::string_view second_name = {},
                       std::string_view second = {}) {
  JsonWriter json;
  json.begin_object().member(first_name, first);
  if (!second_name.empty()) json.member(second_name, second);
  return std::move(json.end_object()).text();
}

}  // namespace

void mirror_post(std::vector<Statement>& batch, Host& host, std::string_view post_id, PostChange change) {
  if (!has_provider(host.settings)) return;
  const std::string_view what = change == PostChange::published ? "published" : "ended";
  batch.push_back(enqueue(host, mirror_post_handler.kind,
                          "stream.post:" + std::string(post_id) + ':' + std::string(what),
                          payload_of("postId", post_id), host.clock.now()));
}

void mirror_end_of_posts(std::vector<Statement>& batch, Host& host, std::string_view author_id, Timestamp now) {
  if (!has_provider(host.settings)) return;
  // A post ends once, so that its own id can name the row.
  batch.push_back(sql(R"(
      INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at)
      SELECT id, ?2, 'stream.post:' || id || ':ended', json_object('postId', id), ?3, ?3
      FROM posts WHERE author_id = ?1 AND status = 'published'
      ON CONFLICT DO NOTHING)",
                      author_id, mirror_post_handler.kind, now));
}

void mirror_departure(std::vector<Statement>& batch, Host& host, std::string_view user_id, Timestamp now) {
  if (!has_provider(host.settings)) return;
  // SQL draws no ids: the rows share the beginning of one and are numbered.
  const auto enqueue_each = [&](std::string_view kind, std::string_view payloads) {
    batch.push_back(sql(R"(
      INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at)
      SELECT id, ?3, ?3 || ':' || id, payload, ?4, ?4
      FROM (SELECT substr(?2, 1, 24) || printf('%012x', row_number() OVER (ORDER BY payload)) AS id, payload
            FROM ()" + std::string(payloads) +
                            "))",
                        user_id, host.random.uuid(now), kind, now));
  };
  enqueue_each(mirror_follow_handler.kind, R"(
      SELECT json_object('followerId', follower_id, 'followeeId', followee_id) AS payload
      FROM follows WHERE follower_id = ?1
      UNION ALL SELECT json_object('followerId', follower_id, 'followeeId', followee_id)
      FROM follows WHERE followee_id = ?1)");
  enqueue_each(mirror_membership_handler.kind, R"(
      SELECT json_object('courseId', course_id, 'userId', teacher_id) AS payload
      FROM course_teachers WHERE teacher_id = ?1 AND status = 'approved')");
}

void mirror_follow(std::vector<Statement>& batch, Host& host, std::string_view follower, std::string_view followee) {
  if (!has_provider(host.settings)) return;
  const Timestamp now = host.clock.now();
  batch.push_back(enqueue_if_changed(host, mirror_follow_handler.kind, "stream.follow:" + host.random.uuid(now),
                                     payload_of("followerId", follower, "followeeId", followee), now));
}

void mirror_enrollment(std::vector<Statement>& batch, Host& host, std::string_view enrollment_id,
                       std::string_view cause) {
  if (!has_provider(host.settings)) return;
  batch.push_back(enqueue(host, mirror_enrollment_handler.kind,
                          "stream.enrollment:" + std::string(enrollment_id) + ':' + std::string(cause),
                          payload_of("enrollmentId", enrollment_id), host.clock.now()));
}

void mirror_membership(std::vector<Statement>& batch, Host& host, std::string_view course_id, std::string_view user_id,
                       std::string_view cause) {
  if (!has_provider(host.settings)) return;
  batch.push_back(
      enqueue(host, mirror_membership_handler.kind,
              "stream.membership:" + std::string(course_id) + ':' + std::string(user_id) + ':' + std::string(cause),
              payload_of("courseId", course_id, "userId", user_id), host.clock.now()));
}

void dispatch_mirror(Request& request) {
  if (has_provider(request.settings())) dispatch_after(request);
}

Task<Result<Delivery>> deliver_post(Host& host, const OutboxItem& item) {
  const Named named = co_await read_payload(item, "postId", "");
  auto provider = co_await stream_feeds(host);
  // Looked at again behind a copy that was made: the post may have been taken away meanwhile.
  for (bool is_copied = false;;) {
    auto post = co_await host.database.first<MirroredPost>(select_mirrored_post(named.first));
    if (!post || (is_copied && post->is_published)) break;
    const bool is_published = post->is_published;
    FeedPost copy{named.first, std::move(post->author_id), std::move(post->text),
                  course_feed(std::move(post->course_id), std::move(post->creator_id)), post->created_at};
    auto done =
        co_await attempt(is_published ? provider->put_post(std::move(copy)) : provider->remove_post(std::move(copy)));
    if (!done) co_return Failure(for_outbox(std::move(done).error()));
    if (!is_published) break;
    is_copied = true;
  }
  co_return Delivery{named.first, {}};
}

Task<Result<Delivery>> deliver_follow(Host& host, const OutboxItem& item) {
  const Named named = co_await read_payload(item, "followerId", "followeeId");
  co_await settle_follow(host, select_wanted_follow(named.first, named.second), timeline_of(named.first),
                         FeedGroup::user, named.second);
  co_return Delivery{};
}

Task<Result<Delivery>> deliver_enrollment(Host& host, const OutboxItem& item) {
  const Named named = co_await read_payload(item, "enrollmentId", "");
  const auto enrolled = co_await host.database.first<EnrolledPeople>(select_enrolled(named.first));
  if (!enrolled) co_return Delivery{};
  const auto& [course_id, student_id, teacher_id] = *enrolled;
  co_await settle_follow(host, select_wanted_membership(course_id, student_id), timeline_of(student_id),
                         FeedGroup::course, course_id);
  co_await settle_follow(host, select_wanted_follow(student_id, teacher_id), timeline_of(student_id), FeedGroup::user,
                         teacher_id);
  co_return Delivery{};
}

Task<Result<Delivery>> deliver_membership(Host& host, const OutboxItem& item) {
  const Named named = co_await read_payload(item, "courseId", "userId");
  co_await settle_follow(host, select_wanted_membership(named.first, named.second), timeline_of(named.second),
                         FeedGroup::course, named.first);
  co_return Delivery{};
}

}  // namespace isthmus::peerloop
