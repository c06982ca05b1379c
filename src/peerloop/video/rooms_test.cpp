#include "peerloop/video/rooms.h"

#include <doctest/doctest.h>

#include "native/session_room.h"
#include "peerloop/video/attendance.h"

using namespace isthmus;
using native::Fate;
using native::Json;
using native::SessionRoom;

TEST_CASE("both are let into one room, the teacher as its moderator") {
  SessionRoom room;
  room.at(-5 * minute);
  const auto student = room.join(room.student);
  REQUIRE_MESSAGE(student.status == 200, student.body);
  CHECK(student.json() == Json{{"token", "token-" + room.student.id},
                               {"joinUrl", "https://video.test/?access_token=token-" + room.student.id}});
  CHECK(room.join(room.teacher).status == 200);
  CHECK(room.video.rooms_made == 1);

  const auto& sent = room.world.http.sent;
  const Json created = Json::parse(sent[0].body);
  CHECK(created["room_id"] == room.session_id);
  CHECK(created["metadata"]["room_title"] == "C++ & more");
  CHECK(created["metadata"]["logout_url"] == "https://app.example.org/sessions/" + room.session_id + "/complete");
  CHECK_FALSE(created["metadata"].contains("webhook_url"));
  CHECK(created["metadata"]["room_features"]["room_duration"] == 60 + 10 + 15);
  CHECK(created["metadata"]["room_features"]["recording_features"]["enable_auto_cloud_recording"] == true);
  const Json first = Json::parse(sent[1].body)["user_info"];
  CHECK(first["user_id"] == room.student.id);
  CHECK(first["name"] == "Name of student");
  CHECK(first["is_admin"] == false);
  CHECK(Json::parse(sent.back().body)["user_info"]["is_admin"] == true);
  CHECK(room.text("SELECT room_provider || ' ' || (room_id = id) FROM sessions") == "plugnmeet 1");
}

TEST_CASE("the room is open from ten minutes before the start to the end, to the millisecond") {
  SessionRoom room;
  room.at(-peerloop::doors_open_before - 1);
  const auto early = room.join(room.student);
  CHECK(early.status == 409);
  CHECK(early.code() == "outside_join_window");
  CHECK(early.json()["details"]["status"] == "scheduled");
  CHECK(early.json()["details"]["opensAt"] == to_rfc3339(room.starts_at - 10 * minute));
  room.at(-peerloop::doors_open_before);
  CHECK(room.join(room.student).status == 200);
  room.at(SessionRoom::length - 1);
  CHECK(room.join(room.student).status == 200);
  room.at(SessionRoom::length);
  const auto late = room.join(room.student);
  CHECK(late.status == 409);
  CHECK(late.code() == "session_ended");
}

TEST_CASE("for others there is no such session and no such room") {
  SessionRoom room;
  room.at(0);
  const Json body{{"sessionId", room.session_id}};
  CHECK(room.join(room.other).status == 404);
  CHECK(room.join(native::nobody).status == 401);
  CHECK(room.server.post("/api/sessions/none/join", room.student).status == 404);
  for (const char* path : {"/api/video/room", "/api/video/token", "/api/video/join"}) {
    CAPTURE(path);
    CHECK(room.server.post(path, body, room.other).status == 404);
    CHECK(room.server.post(path, body).status == 401);
    CHECK(room.server.post(path, {{"sessionId", "nonsense"}}, room.student).status == 400);
  }
  CHECK(room.join(room.student).status == 200);
  CHECK(room.server.get("/api/video/room/" + room.session_id + "/status", room.other).status == 404);
  CHECK(room.video.rooms_made == 1);
}

TEST_CASE("a session that is not to be held has no room") {
  SessionRoom room;
  room.at(0);
  room.world.database.execute("UPDATE sessions SET status = 'cancelled', cancelled_at = ?1", {room.world.now().ms});
  const auto refused = room.join(room.student);
  CHECK(refused.status == 409);
  CHECK(refused.code() == "session_not_open");
  CHECK(refused.json()["details"]["status"] == "cancelled");
  CHECK(room.world.http.sent.empty());
}

TEST_CASE("a room that ended early can be come back to until the session's end") {
  SessionRoom room;
  const auto come_back = [&](const native::TestUser& who) {
    room.at(20 * minute);
    CHECK(room.join(who).status == 200);
    CHECK(room.video.rooms_made == 2);
    CHECK(room.count("SELECT count(*) FROM sessions WHERE room_ended_at IS NULL") == 1);
    room.room_sid = "RM_2";
  };
  room.at(0);
  room.join(room.student);
  room.comes(room.student, "PA_1");
  SUBCASE("after both were there: the video server was started anew") {
    room.comes(room.teacher, "PA_2");
    room.at(5 * minute);
    room.video.rooms.clear();
    room.finish();
    CHECK(room.outcome() == "completed");
    come_back(room.student);
    CHECK(room.join(room.teacher).status == 200);
    room.comes(room.student, "PA_3");
    room.at(50 * minute);
    room.finish();
    CHECK(room.count("SELECT sum(duration_seconds) FROM session_attendance WHERE user_id = ?1", {room.student.id}) ==
          35 * 60);
    CHECK(room.mails("session_completed") == 2);
  }
  SUBCASE("after who waited had gone: the other comes late") {
    room.at(12 * minute);
    room.goes(room.student, "PA_1");
    room.video.rooms.clear();
    room.finish();
    CHECK(room.outcome() == "no_show teacher");
    come_back(room.teacher);
    room.comes(room.teacher, "PA_3");
    CHECK(room.mails("session_completed") == 2);
  }
  CHECK(room.outcome() == "completed");
  room.at(SessionRoom::length);
  CHECK(room.join(room.student).code() == "session_ended");
  room.at(SessionRoom::length + 15 * minute);
  room.cron();
  CHECK(room.count("SELECT count(*) FROM sessions WHERE room_ended_at IS NULL") == 0);
}

TEST_CASE("the routes below /api/video do the same as joining a session") {
  SessionRoom room;
  room.at(0);
  const Json body{{"sessionId", room.session_id}};
  const auto made = room.server.post("/api/video/room", body, room.teacher);
  CHECK(made.status == 201);
  CHECK(made.json() == Json{{"roomId", room.session_id},
                            {"meetingUrl", "https://video.test"},
                            {"expiresAt", to_rfc3339(room.starts_at + SessionRoom::length)}});
  CHECK(room.server.post("/api/video/token", body, room.teacher).json()["token"] == "token-" + room.teacher.id);
  CHECK(room.server.post("/api/video/join", body, room.student).json()["token"] == "token-" + room.student.id);
  const std::string status = "/api/video/room/" + room.session_id + "/status";
  room.video.rooms[room.session_id].identities = {room.student.id, "RECORDER_BOT", "ingest_1"};
  CHECK(room.server.get(status, room.student).json() ==
        Json{{"isActive", true}, {"participantCount", 1}, {"recordingActive", true}});
  room.video.rooms.clear();
  CHECK(room.server.get(status, room.student).json() ==
        Json{{"isActive", false}, {"participantCount", 0}, {"recordingActive", false}});
  CHECK(room.video.rooms_made == 1);
}

TEST_CASE("a room that is remembered is not asked for again, and one that is gone is made again") {
  SessionRoom room;
  room.at(0);
  CHECK(room.join(room.student).status == 200);
  CHECK(room.video.calls("/room/create") == 1);
  CHECK(room.join(room.teacher).status == 200);
  CHECK(room.video.calls("/room/create") == 1);
  room.video.rooms.clear();
  CHECK(room.join(room.teacher).status == 200);
  CHECK(room.video.calls("/room/create") == 2);
  CHECK(room.world.key_value.entries.contains("room:" + room.session_id));
}

TEST_CASE("whoever joins a room that ends at that moment is told that it is not open") {
  SessionRoom room;
  room.at(0);
  room.video.instead = [&](const OutgoingRequest& request) -> Result<IncomingAnswer> {
    if (request.url.ends_with("/room/create"))
      return IncomingAnswer{
          200, {}, Json{{"status", true}, {"room_info", {{"room_id", room.session_id}, {"sid", "RM_1"}}}}.dump()};
    return IncomingAnswer{200, {}, R"({"status":false,"msg":"room is not active","status_code":"ROOM_NOT_ACTIVE"})"};
  };
  const Json body{{"sessionId", room.session_id}};
  for (const native::Reply& reply : {room.join(room.student), room.server.post("/api/video/join", body, room.student),
                                     room.server.post("/api/video/token", body, room.student)}) {
    CHECK(reply.status == 409);
    CHECK(reply.code() == "video_room_not_active");
  }
}

TEST_CASE("however many join at once, and whatever is lost, it is one room") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    SessionRoom room(seed);
    room.at(0);
    auto& scheduler = room.world.scheduler;
    bool calm = false;
    room.world.fates = [&](const native::HostCall& call) -> Fate {
      Fate fate{Fate::Fault::none, static_cast<Millis>(scheduler.draw(30)), static_cast<Millis>(scheduler.draw(30))};
      if (!calm && scheduler.draw(8) == 0 && call.port != "database")
        fate.fault = scheduler.draw(2) == 0 ? Fate::Fault::not_done : Fate::Fault::answer_lost;
      return fate;
    };
    std::vector<std::unique_ptr<native::Exchange>> joins;
    for (int i = 0; i < 6; ++i)
      joins.push_back(room.server.begin({"POST", "/api/sessions/" + room.session_id + "/join",
                                         (i % 2 == 0 ? room.student : room.teacher).caller.headers, ""}));
    scheduler.run();
    for (const auto& join : joins) CHECK((join->reply().status == 200 || join->reply().status == 503));
    calm = true;
    scheduler.advance(minute);
    CHECK(room.join(room.student).status == 200);
    CHECK(room.video.rooms_made == 1);
    CHECK(room.count("SELECT count(*) FROM sessions WHERE room_id = id AND room_ended_at IS NULL") == 1);
  }
}

TEST_CASE("a provider that is down is told apart, and left alone after a while") {
  SessionRoom room;
  room.at(0);
  room.video.instead = [](const OutgoingRequest&) { return IncomingAnswer{502, {}, "<html>bad gateway</html>"}; };
  const auto down = room.join(room.student);
  CHECK(down.status == 503);
  CHECK(down.code() == "video_provider_unavailable");
  CHECK(down.has_header("retry-after"));
  CHECK(room.world.http.sent.size() == 3);
  for (int i = 1; i < Circuit::failures_to_open; ++i) CHECK(room.join(room.student).status == 503);
  CHECK(room.world.http.sent.size() == 3 * Circuit::failures_to_open);
  CHECK(room.join(room.student).status == 503);
  CHECK(room.world.http.sent.size() == 3 * Circuit::failures_to_open);
  room.video.instead = nullptr;
  room.world.scheduler.advance(minute);
  CHECK(room.join(room.student).status == 200);
}

TEST_CASE("a wrong key and a missing one are matters of settings") {
  SessionRoom room;
  room.at(0);
  room.world.settings.values["PLUGNMEET_API_SECRET"] = "another secret of the right length";
  CHECK(room.join(room.student).code() == "video_provider_not_configured");
  CHECK(room.world.log.mentions("plugnmeet does not accept our key"));
  CHECK_FALSE(room.world.log.mentions("another secret"));
  room.world.settings.values.erase("PLUGNMEET_API_SECRET");
  CHECK(room.join(room.student).status == 500);
  room.world.settings.values["VIDEO_PROVIDER"] = "zoom";
  CHECK(room.join(room.student).status == 500);
}

TEST_CASE("the API's own address is given to the provider where it is known") {
  SessionRoom room;
  room.world.settings.values["API_URL"] = "https://api.example.org/";
  room.world.database.execute("UPDATE users SET avatar_key = 'avatars/x', avatar_etag = 'x' WHERE id = ?1",
                              {room.student.id});
  room.at(0);
  CHECK(room.join(room.student).status == 200);
  CHECK(Json::parse(room.world.http.sent[0].body)["metadata"]["webhook_url"] ==
        "https://api.example.org/api/webhooks/plugnmeet");
  CHECK(Json::parse(room.world.http.sent[1].body)["user_info"]["user_metadata"]["profile_pic"] ==
        "https://api.example.org/api/users/" + room.student.id + "/avatar");
}
