#include "peerloop/webhooks/bigbluebutton.h"

#include <doctest/doctest.h>

#include "base/encoding.h"
#include "crypto/hmac.h"
#include "native/session_room.h"

using namespace isthmus;
using native::Json;
using native::SessionRoom;

namespace {

constexpr std::string_view secret = "639259d4-9dd8-4b25-bf01-95f9567eaf4b";

/// A session whose room is at BigBlueButton.
class Meeting : public SessionRoom {
 public:
  Meeting() {
    world.settings.values["BIGBLUEBUTTON_SECRET"] = secret;
    at(0);
    world.database.execute("UPDATE sessions SET room_provider = 'bigbluebutton', room_id = id, room_created_at = ?1",
                           {world.now().ms});
  }

  std::string token(std::int64_t expires, std::string_view with_secret = secret,
                    std::string_view header = R"({"typ":"JWT","alg":"HS512"})") {
    std::string text = base64url_encode(header) + '.' + base64url_encode(Json{{"exp", expires}}.dump());
    return text + '.' + base64url_encode(crypto::hmac_sha512(with_secret, text));
  }
  native::Reply tell(const Json& body, std::string bearer = {}) {
    if (bearer.empty()) bearer = token(world.now().seconds() + 86400);
    return server.send({"POST",
                        "/api/webhooks/bigbluebutton",
                        {{"content-type", "application/json"}, {"authorization", "Bearer " + bearer}},
                        body.dump()});
  }
  static Json attendee(const std::string& id, Json joins, Json leaves) {
    return {{"ext_user_id", id}, {"name", "x"}, {"joins", std::move(joins)}, {"leaves", std::move(leaves)}};
  }
  Json analytics(Json attendees) {
    return {{"version", "1.0"},
            {"meeting_id", session_id},
            {"internal_meeting_id", "a1b2-1790086400000"},
            {"data", {{"finish", "2026-09-22 16:50:00 +0200"}, {"attendees", std::move(attendees)}}}};
  }
};

}  // namespace

TEST_CASE("a meeting that is over tells who was there, and settles its session") {
  Meeting meeting;
  const Json joined = Json::array({"2026-09-22 16:14:00 +0200", "2026-09-22 16:30:00 +0200"});
  const Json left = Json::array({"2026-09-22 16:24:00 +0200"});
  const Json told = meeting.analytics(
      Json::array({Meeting::attendee(meeting.student.id, joined, left),
                   Meeting::attendee(meeting.teacher.id, Json::array({"2026-09-22T16:15:00.000+02:00"}), Json::array()),
                   Meeting::attendee("guest", joined, left), Json{{"ext_user_id", 45}}}));
  meeting.at(SessionRoom::length);
  CHECK(meeting.tell(told).json()["outcome"] == "processed");
  CHECK(meeting.outcome() == "completed");
  CHECK(meeting.count("SELECT count(*) FROM session_attendance") == 3);
  CHECK(meeting.count("SELECT sum(duration_seconds) FROM session_attendance WHERE user_id = ?1",
                      {meeting.student.id}) == 1800);
  CHECK(meeting.mails("session_completed") == 2);
  CHECK(meeting.tell(told).json()["outcome"] == "duplicate");
}

TEST_CASE("a meeting that was opened again has stays of its own") {
  Meeting meeting;
  const auto both = [&](const std::string& from, const std::string& to) {
    const Json joined = Json::array({"2026-09-22 " + from + ":00 +0200"});
    const Json left = Json::array({"2026-09-22 " + to + ":00 +0200"});
    return meeting.analytics(Json::array(
        {Meeting::attendee(meeting.student.id, joined, left), Meeting::attendee(meeting.teacher.id, joined, left)}));
  };
  const Json first = both("16:14", "16:20");
  Json reopened = both("16:30", "16:40");
  reopened["internal_meeting_id"] = "a1b2-1790087400000";
  meeting.at(SessionRoom::length);
  CHECK(meeting.tell(first).json()["outcome"] == "processed");
  CHECK(meeting.tell(reopened).json()["outcome"] == "processed");
  for (const auto& who : {meeting.student, meeting.teacher}) {
    CHECK(meeting.count("SELECT count(*) FROM session_attendance WHERE user_id = ?1", {who.id}) == 2);
    CHECK(meeting.count("SELECT sum(duration_seconds) FROM session_attendance WHERE user_id = ?1", {who.id}) == 960);
  }
  CHECK(meeting.outcome() == "completed");
}

TEST_CASE("a meeting to which nobody of the two came was missed by both, and unknown ones mean nothing") {
  Meeting meeting;
  meeting.at(SessionRoom::length);
  Json foreign = meeting.analytics(Json::array());
  foreign["meeting_id"] = "somebody-elses";
  foreign["internal_meeting_id"] = "b";
  CHECK(meeting.tell(foreign).json()["outcome"] == "ignored");
  CHECK(meeting.tell(meeting.analytics(nullptr)).json()["outcome"] == "processed");
  CHECK(meeting.outcome() == "no_show both");
  for (const Json& odd : {Json::object(), Json{{"meeting_id", "x"}}, Json::array()})
    CHECK(meeting.tell(odd).status == 400);
}

TEST_CASE("cron waits a day for BigBlueButton's word") {
  Meeting meeting;
  meeting.at(SessionRoom::length + 20 * hour);
  native::StandaloneHost standalone(meeting.world);
  meeting.world.settings.values["BIGBLUEBUTTON_URL"] = "https://bbb.test/bigbluebutton";
  meeting.cron();
  CHECK(meeting.outcome() == "scheduled");
  meeting.at(SessionRoom::length + 25 * hour);
  meeting.cron();
  CHECK(meeting.outcome() == "no_show both");
}

TEST_CASE("only a token that BigBlueButton signed, and that is not too old, is taken") {
  Meeting meeting;
  const Json told = meeting.analytics(Json::array());
  const std::int64_t now = meeting.world.now().seconds();
  for (const std::string& bad :
       {meeting.token(now - 1), meeting.token(now + 60, "another"), std::string("a.b.c"), std::string("x"),
        meeting.token(now + 60, secret, R"({"alg":"none"})"), std::string(9000, 'a')}) {
    const auto refused = meeting.tell(told, bad);
    CHECK(refused.status == 401);
    CHECK(refused.code() == "invalid_signature");
  }
  meeting.world.settings.values.erase("BIGBLUEBUTTON_SECRET");
  CHECK(meeting.tell(told).status == 503);
  CHECK(meeting.outcome() == "scheduled");
}
