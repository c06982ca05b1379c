#include "adapters/video/plugnmeet.h"

#include <doctest/doctest.h>

#include "native/fake_plugnmeet.h"

using namespace isthmus;
using native::FakePlugNmeet;
using native::Json;
using native::run;

namespace {

struct Setting {
  native::World world{"peerloop"};
  FakePlugNmeet fake{world};
  native::StandaloneHost standalone{world};
  PlugNmeet video = *PlugNmeet::create(standalone.host());

  Result<VideoRoom> room() {
    return run(world, video.create_room({"room-1", "A room", 85, 10, "https://a.test/", {}}));
  }
  Result<VideoToken> token() {
    return run(world, video.join_token("room-1", {"ada", "Ada", VideoParticipant::Role::attendee, {}}));
  }
};

IncomingAnswer page(int status, std::string body) { return {status, {}, std::move(body)}; }

}  // namespace

TEST_CASE("a room is made once, however often it is asked for") {
  Setting setting;
  CHECK(setting.room()->meeting_url == "https://video.test");
  CHECK(setting.room());
  CHECK(setting.fake.rooms_made == 1);
  CHECK(setting.token()->join_url == "https://video.test/?access_token=token-ada");
  CHECK(run(setting.world, setting.video.end_room("room-1")));
  CHECK(run(setting.world, setting.video.end_room("room-1")));
  CHECK(setting.token().error().code == video_error::no_room);
  CHECK(run(setting.world, setting.video.recording_url("none")).error().code == video_error::no_room);
}

TEST_CASE("what fails in passing is tried again") {
  for (const int status : {408, 429, 500, 502, 503}) {
    CAPTURE(status);
    Setting setting;
    setting.world.http.answers = {page(status, "<html></html>"), page(status, "")};
    CHECK(setting.room());
    CHECK(setting.world.http.sent.size() == 3);
    CHECK(setting.world.http.sent[0].body == setting.world.http.sent[2].body);
  }
}

TEST_CASE("pages of proxies, half bodies and silence are no answers") {
  for (const auto& answer : {page(200, "<html>captive portal</html>"), page(200, R"({"status":true)"), page(200, ""),
                             page(200, R"({"status":"yes"})"), page(404, "no"), page(302, ""),
                             page(200, R"({"status":true,"room_info":{"room_id":"another"}})")}) {
    CAPTURE(answer.body);
    Setting setting;
    setting.fake.instead = [&](const OutgoingRequest&) { return answer; };
    const auto refused = setting.room();
    REQUIRE(!refused);
    CHECK(refused.error().status == 503);
    CHECK(refused.error().code == video_error::unavailable);
  }
  Setting setting;
  setting.fake.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return Failure(Error(503, "timeout", ClientText("x"), LogText("timeout")));
  };
  const Timestamp before = setting.world.now();
  CHECK(setting.room().error().code == video_error::unavailable);
  CHECK(setting.world.http.sent.size() == 3);
  CHECK(setting.world.now() - before < 3 * second);
}

TEST_CASE("a no is told apart by its code, and by its words where there is no code") {
  const auto error_of = [](const char* body, int status = 200) {
    Setting setting;
    setting.fake.instead = [=](const OutgoingRequest&) { return page(status, body); };
    return setting.token().error().code;
  };
  CHECK(error_of(R"({"status":false,"msg":"x","status_code":"ROOM_NOT_ACTIVE"})") == video_error::no_room);
  CHECK(error_of(R"({"status":false,"msg":"Room is not active. Create room first"})") == video_error::no_room);
  CHECK(error_of(R"({"status":false,"msg":"x","status_code":"USER_BLOCKED"})") == video_error::refused);
  CHECK(error_of(R"({"status":false,"msg":"x","status_code":"INTERNAL_SERVER_ERROR"})") == video_error::unavailable);
  CHECK(error_of(R"({"status":false,"status_code":"INVALID_API_KEY"})", 401) == video_error::not_configured);
  CHECK(error_of(R"({"status":true,"token":""})") == video_error::unavailable);
}

TEST_CASE("after failures in a row the server is left alone, and tried again later") {
  Setting setting;
  setting.fake.instead = [](const OutgoingRequest&) { return page(503, ""); };
  for (int i = 0; i < Circuit::failures_to_open; ++i) CHECK(!setting.room());
  const auto asked = setting.world.http.sent.size();
  const auto refused = setting.room();
  CHECK(refused.error().code == video_error::unavailable);
  CHECK(refused.error().retry_after_seconds > 0);
  CHECK(setting.world.http.sent.size() == asked);
  setting.fake.instead = nullptr;
  setting.world.scheduler.advance(minute);
  CHECK(setting.room());
}

TEST_CASE("settings that are missing or no address are named") {
  for (const char* name : {"PLUGNMEET_URL", "PLUGNMEET_API_KEY", "PLUGNMEET_API_SECRET"}) {
    Setting setting;
    setting.world.settings.values[name] = "";
    CHECK(PlugNmeet::create(setting.standalone.host()).error().code == video_error::not_configured);
  }
  Setting setting;
  setting.world.settings.values["PLUGNMEET_URL"] = "file:///etc/passwd";
  CHECK(!PlugNmeet::create(setting.standalone.host()));
}
