#include "adapters/video/bigbluebutton.h"

#include <doctest/doctest.h>

#include "native/world.h"

using namespace isthmus;
using native::run;

namespace {

struct Setting {
  Setting() {
    world.settings.values["BIGBLUEBUTTON_URL"] = "https://bbb.test/bigbluebutton/";
    world.settings.values["BIGBLUEBUTTON_SECRET"] = "639259d4-9dd8-4b25-bf01-95f9567eaf4b";
  }
  void answers(std::string_view inside, std::string_view code = "SUCCESS") {
    world.http.answers.push_back(
        {200,
         {},
         "<response><returncode>" + std::string(code) + "</returncode>" + std::string(inside) + "</response>"});
  }

  native::World world{"peerloop"};
  native::StandaloneHost standalone{world};
  std::unique_ptr<VideoProvider> video() {
    return *video_provider(standalone.host(), VideoProviderKind::bigbluebutton);
  }
  Result<VideoToken> token() {
    return run(world, video()->join_token("r-1", {"ada", "Ada & Co", VideoParticipant::Role::moderator, {}}));
  }
};

}  // namespace

TEST_CASE("a call is signed over its name, its query and the secret") {
  // printf '%s' 'create…b' | sha256sum
  CHECK(BigBlueButton::signed_path("create", "meetingID=abc123&name=Test%20Meeting",
                                   "639259d4-9dd8-4b25-bf01-95f9567eaf4b") ==
        "api/create?meetingID=abc123&name=Test%20Meeting&checksum="
        "b3239885aa265fd74bc215d731de2f0b50fc2c0e59590b5db98ea8fa74ae1862");
  CHECK(BigBlueButton::signed_path("getMeetings", "", "s").starts_with("api/getMeetings?checksum="));
}

TEST_CASE("a meeting is made by the same call each time") {
  Setting setting;
  for (int i = 0; i < 2; ++i) {
    setting.answers("<meetingID>r-1</meetingID><messageKey>duplicateWarning</messageKey>");
    const auto room =
        run(setting.world,
            setting.video()->create_room({"r-1", "C++ & more", 85, 10, "https://a.test/x", "https://api.test/w"}));
    REQUIRE(room);
    CHECK(room->meeting_url == "https://bbb.test/bigbluebutton");
  }
  const auto& sent = setting.world.http.sent;
  CHECK(sent[0].url == sent[1].url);
  CHECK(sent[0].method == "GET");
  CHECK(sent[0].url.starts_with("https://bbb.test/bigbluebutton/api/create?allowStartStopRecording=false&attendeePW="));
  CHECK(sent[0].url.contains("&duration=85&logoutURL=https%3A%2F%2Fa.test%2Fx&"));
  CHECK(sent[0].url.contains("&name=C%2B%2B%20%26%20more&record=false&checksum="));
  CHECK(sent[0].url.contains("&autoStartRecording=false&"));
}

TEST_CASE("a link names the meeting's creation, so that it dies with the meeting") {
  Setting setting;
  setting.answers("<createTime>1531155809613</createTime>");
  const auto token = setting.token();
  REQUIRE(token);
  CHECK(
      token->join_url.starts_with("https://bbb.test/bigbluebutton/api/join?createTime=1531155809613&fullName=Ada%20%26"
                                  "%20Co&meetingID=r-1&role=MODERATOR&userID=ada&checksum="));
  CHECK(token->join_url.ends_with("checksum=" + token->token));
  CHECK(token->token.size() == 64);
}

TEST_CASE("a no is told apart") {
  Setting setting;
  setting.answers("<messageKey>notFound</messageKey>", "FAILED");
  CHECK(setting.token().error().code == video_error::no_room);
  setting.answers("<messageKey>checksumError</messageKey>", "FAILED");
  CHECK(setting.token().error().code == video_error::not_configured);
  setting.answers("<messageKey>idNotUnique</messageKey>", "FAILED");
  CHECK(setting.token().error().code == video_error::refused);
  setting.world.http.answers.push_back({200, {}, "<html></html>"});
  CHECK(setting.token().error().code == video_error::unavailable);
  CHECK(run(setting.world, setting.video()->recording_url("x")).error().code == video_error::refused);
}

TEST_CASE("a meeting that is over has ended, and its status says so") {
  Setting setting;
  setting.answers("<messageKey>notFound</messageKey>", "FAILED");
  CHECK(run(setting.world, setting.video()->end_room("r-1")));
  setting.answers("<messageKey>notFound</messageKey>", "FAILED");
  CHECK_FALSE(run(setting.world, setting.video()->room_status("r-1"))->is_active);
  setting.answers(
      "<participantCount>2</participantCount><recording>true</recording>"
      "<attendees><attendee><participantCount>9</participantCount></attendee></attendees>");
  const auto status = run(setting.world, setting.video()->room_status("r-1"));
  CHECK(status->is_active);
  CHECK(status->participants == 2);
  CHECK(status->is_recording);
}

TEST_CASE("the provider is chosen by a setting") {
  Setting setting;
  CHECK(video_provider_kind(setting.world.settings) == VideoProviderKind::plugnmeet);
  setting.world.settings.values["VIDEO_PROVIDER"] = "bigbluebutton";
  CHECK(video_provider_kind(setting.world.settings) == VideoProviderKind::bigbluebutton);
  setting.world.settings.values["VIDEO_PROVIDER"] = "daily";
  CHECK(video_provider_kind(setting.world.settings).error().code == video_error::not_configured);
  setting.world.settings.values.erase("BIGBLUEBUTTON_SECRET");
  CHECK(!video_provider(setting.standalone.host(), VideoProviderKind::bigbluebutton));
}
