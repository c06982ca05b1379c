#include "adapters/feeds/stream.h"

#include <doctest/doctest.h>

#include "adapters/feeds/stream_calls.h"
#include "native/fake_stream.h"
#include "ports/circuits.h"

using namespace isthmus;
using native::FakeStream;
using native::Json;
using native::run;

namespace {

const Feed course{FeedGroup::course, "c1", "ada"};
const Feed timeline{FeedGroup::timeline, "bob", "bob"};

FeedPost a_post() { return {"p1", "bob", "<Hello> \"you\" 🎓\n", course, {1'790'000'000'123}}; }

struct Setting {
  explicit Setting(std::string_view version = "v3")
      : fake(world, version), provider(*stream_feeds(standalone.host())) {}

  Result<void> put() { return run(world, provider->put_post(a_post())); }
  std::string header(std::string_view name) const {
    for (const auto& [key, value] : world.http.sent.back().headers)
      if (key == name) return value;
    return {};
  }

  native::World world{"peerloop"};
  FakeStream fake;
  native::StandaloneHost standalone{world};
  std::unique_ptr<FeedProvider> provider;
};

}  // namespace

TEST_CASE("tokens are those of Stream's own libraries") {
  StreamSettings settings;
  settings.api_secret = "abcdefghijklmnop";
  settings.version = StreamSettings::Version::v2;
  CHECK(stream_server_token(settings) ==
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyZXNvdXJjZSI6IioiLCJhY3Rpb24iOiIqIiwiZmVlZF9pZCI6IioifQ."
        "GTy0y_5YOf1JxfFfdDsIMNPQjOm5470LXTi1vCPeir4");
  settings.version = StreamSettings::Version::v3;
  CHECK(stream_server_token(settings) ==
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzZXJ2ZXIiOnRydWV9."
        "_VXyHb8811kPGMWLxN7JJEj36284HEFMF-8po_lwmz8");
  CHECK(stream_user_token("abcdefghijklmnop", "42", {1'790'000'000'000}, {1'790'086'400'000}) ==
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
        "eyJ1c2VyX2lkIjoiNDIiLCJpYXQiOjE3OTAwMDAwMDAsImV4cCI6MTc5MDA4NjQwMH0."
        "Hfu-vYAKoU2_REymesnt2Fhium8tAXwO_GDfTvKk6DU");
}

TEST_CASE("a post is written as each version wants it") {
  const auto v3 = stream::v3::put_post(a_post());
  CHECK(v3.method == "POST");
  CHECK(v3.path == "/api/v2/feeds/activities/batch");
  CHECK(Json::parse(v3.json) == Json{{"activities",
                                      {{{"type", "post"},
                                        {"feeds", {"course:c1"}},
                                        {"id", "p1"},
                                        {"text", "<Hello> \"you\" 🎓\n"},
                                        {"user_id", "bob"},
                                        {"custom", {{"posted_at", "2026-09-21T14:13:20.123Z"}}}}}},
                                     {"create_users", true}});
  const auto v2 = stream::v2::put_post(a_post());
  CHECK(v2.path == "/api/v1.0/feed/course/c1/");
  CHECK(Json::parse(v2.json) == Json{{"actor", "user:bob"},
                                     {"verb", "post"},
                                     {"object", "post:p1"},
                                     {"foreign_id", "post:p1"},
                                     {"time", "2026-09-21T14:13:20.123"},
                                     {"text", "<Hello> \"you\" 🎓\n"}});
  CHECK(stream::v2::remove_post(a_post()).path == "/api/v1.0/feed/course/c1/post:p1/");
}

TEST_CASE("an id can not lead to another path") {
  FeedPost post = a_post();
  post.id = "../x?y";
  post.feed.id = "a/b";
  CHECK(stream::v3::remove_post(post).path == "/api/v2/feeds/activities/..%2Fx%3Fy");
  CHECK(stream::v3::get_or_create_feed(post.feed).path == "/api/v2/feeds/feed_groups/course/feeds/a%2Fb");
  CHECK(stream::v2::put_post(post).path == "/api/v1.0/feed/course/a%2Fb/");
}

TEST_CASE("in v3 a feed is made before its first post, once, and for its followers only") {
  Setting setting;
  CHECK(setting.put().has_value());
  CHECK(setting.fake.visibility == std::map<std::string, std::string>{{"course:c1", "followers"}});
  CHECK(setting.fake.calls == 2);
  CHECK(setting.header("authorization") ==
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzZXJ2ZXIiOnRydWV9._VXyHb8811kPGMWLxN7JJEj36284HEFMF-8po_lwmz8");
  CHECK(setting.header("stream-auth-type") == "jwt");
  CHECK(setting.put().has_value());
  CHECK(setting.fake.calls == 3);
  CHECK(setting.fake.activities.size() == 1);
  // Somebody emptied the app: it is noticed and repaired.
  setting.fake.visibility.clear();
  CHECK(setting.put().has_value());
  CHECK(setting.fake.visibility.size() == 1);
}

TEST_CASE("both versions put, take away, follow and unfollow, and a second time is as good as the first") {
  for (const char* version : {"v3", "v2"}) {
    CAPTURE(version);
    Setting setting(version);
    for (int twice = 0; twice < 2; ++twice) CHECK(setting.put().has_value());
    CHECK(setting.fake.activities.size() == 1);
    for (int twice = 0; twice < 2; ++twice)
      CHECK(run(setting.world, setting.provider->remove_post(a_post())).has_value());
    CHECK(setting.fake.activities.empty());
    for (int twice = 0; twice < 2; ++twice)
      CHECK(run(setting.world, setting.provider->follow(timeline, course)).has_value());
    CHECK(setting.fake.follows("timeline:bob", "course:c1"));
    for (int twice = 0; twice < 2; ++twice)
      CHECK(run(setting.world, setting.provider->unfollow(timeline, course)).has_value());
    CHECK(setting.fake.followed.empty());
  }
}

TEST_CASE("who does not answer is asked three times, in pauses") {
  Setting setting("v2");
  setting.fake.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return Failure(Error(503, "timeout", ClientText("")));
  };
  const Timestamp began = setting.world.now();
  const auto put = setting.put();
  REQUIRE_FALSE(put.has_value());
  CHECK(put.error().code == feed_error::unavailable);
  CHECK(put.error().status == 503);
  CHECK(setting.fake.calls == 3);
  CHECK(setting.world.now() - began >= 400);
}

TEST_CASE("a failure that passes is not noticed") {
  Setting setting("v2");
  setting.world.http.answers = {{500, {}, R"({"code":-1})"}, {429, {}, R"({"code":9})"}};
  CHECK(setting.put().has_value());
  CHECK(setting.fake.activities.size() == 1);
}

TEST_CASE("how Stream refuses tells what to do about it") {
  const auto error = [](int status, std::string body, std::vector<std::pair<std::string, std::string>> headers = {}) {
    Setting setting("v2");
    setting.fake.instead = [&](const OutgoingRequest&) -> Result<IncomingAnswer> {
      return IncomingAnswer{status, headers, body};
    };
    const auto put = setting.put();
    REQUIRE_FALSE(put.has_value());
    CHECK_FALSE(put.error().log.value.contains("secret words"));
    return put.error();
  };
  CHECK(error(400, R"({"code":4,"detail":"secret words"})").code == feed_error::refused);
  CHECK(error(401, R"({"code":5})").code == feed_error::not_configured);
  CHECK(error(403, R"({"code":17})").code == feed_error::not_configured);
  CHECK(error(502, "<html>").code == feed_error::unavailable);
  CHECK(error(400, "<html>").code == feed_error::unavailable);
  CHECK(error(200, "<html>We will be back</html>").code == feed_error::unavailable);
  CHECK(error(200, R"({"duration":)").code == feed_error::unavailable);
  CHECK(error(429, R"({"code":9})", {{"retry-after", "7"}}).retry_after_seconds == 7);
  const std::int64_t now = 1'790'000'000;
  CHECK(error(429, R"({"code":9})", {{"x-ratelimit-reset", std::to_string(now + 40)}}).retry_after_seconds > 30);
}

TEST_CASE("a provider that is down is left alone for a while") {
  Setting setting("v2");
  setting.fake.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> { return IncomingAnswer{503, {}, ""}; };
  for (int i = 0; i < Circuit::failures_to_open; ++i) CHECK_FALSE(setting.put().has_value());
  const int calls = setting.fake.calls;
  const auto put = setting.put();
  CHECK(put.error().code == feed_error::unavailable);
  CHECK(put.error().retry_after_seconds >= 1);
  CHECK(setting.fake.calls == calls);
  setting.fake.instead = {};
  setting.world.scheduler.advance(Circuit::first_pause + second);
  CHECK(setting.put().has_value());
}

TEST_CASE("without its settings there is no provider, and the log says which is missing") {
  native::World world("peerloop");
  native::StandaloneHost standalone(world);
  const auto missing = [&] {
    auto provider = stream_feeds(standalone.host());
    return provider ? std::string() : provider.error().log.value;
  };
  CHECK(missing() == "STREAM_API_KEY is not set");
  world.settings.values["STREAM_API_KEY"] = "key";
  CHECK(missing() == "STREAM_API_SECRET is not set");
  world.settings.values["STREAM_API_SECRET"] = "secret";
  CHECK(missing().empty());
  world.settings.values["STREAM_API_VERSION"] = "v4";
  CHECK(missing() == "STREAM_API_VERSION is neither v2 nor v3");
}
