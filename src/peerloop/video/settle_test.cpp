#include "peerloop/video/settle.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "native/session_room.h"

using namespace isthmus;
using native::Fate;
using native::Json;
using native::SessionRoom;

namespace {

/// What is left of the news when all of them have come.
std::string state_of(SessionRoom& room) {
  return room.outcome() + '\n' + room.text(R"(
      SELECT group_concat(participant_sid || ' ' || (user_id = (SELECT student_id FROM sessions)) || ' '
                          || coalesce(joined_at, '-') || ' ' || coalesce(left_at, '-') || ' ' || left_how || ' '
                          || coalesce(duration_seconds, '-'), '; ')
      FROM (SELECT * FROM session_attendance ORDER BY participant_sid))") +
         '\n' + std::to_string(room.mails("session_completed")) + ' ' + room.text("SELECT room_ended_at FROM sessions");
}

}  // namespace

TEST_CASE("who comes and goes is kept, with the seconds") {
  SessionRoom room;
  room.at(0);
  CHECK(room.join(room.student).status == 200);
  room.comes(room.student, "PA_1");
  room.at(10 * minute);
  room.goes(room.student, "PA_1");
  CHECK(room.count("SELECT duration_seconds FROM session_attendance") == 600);
  CHECK(room.text("SELECT left_how FROM session_attendance") == "left");
  CHECK(room.outcome() == "scheduled");
}

TEST_CASE("a session in which both were is completed when its room is over, and both are told once") {
  SessionRoom room;
  room.at(0);
  room.join(room.student);
  room.comes(room.student, "PA_1");
  room.comes(room.teacher, "PA_2");
  room.at(50 * minute);
  const auto finished = room.finish();
  CHECK(finished.json()["outcome"] == "processed");
  CHECK(room.outcome() == "completed");
  CHECK(room.count(
            "SELECT count(*) FROM session_attendance WHERE left_how = 'room_ended' AND duration_seconds > 2900") == 2);
  CHECK(room.mails("session_completed") == 2);
  CHECK(room.count("SELECT count(*) FROM notifications WHERE kind = 'session_completed'") == 2);
  CHECK(room.count("SELECT sequence FROM sessions") == 1);
  CHECK(room.count("SELECT count(*) FROM sessions WHERE room_ended_at IS NOT NULL") == 1);
  CHECK(room.finish().status == 200);
  CHECK(room.mails("session_completed") == 2);
}

TEST_CASE("who did not come has missed it") {
  struct Case {
    bool student, teacher;
    const char* outcome;
  };
  for (const auto& [student, teacher, outcome] :
       {Case{true, false, "no_show teacher"}, Case{false, true, "no_show student"},
        Case{false, false, "no_show both"}}) {
    CAPTURE(outcome);
    SessionRoom room;
    room.at(0);
    room.join(room.teacher);
    if (student) room.comes(room.student, "PA_1");
    if (teacher) room.comes(room.teacher, "PA_2");
    room.at(30 * minute);
    CHECK(room.finish().status == 200);
    CHECK(room.outcome() == outcome);
    CHECK(room.mails("session_missed") == 2);
    CHECK(room.mails("session_completed") == 0);
  }
}

TEST_CASE("a room that is over before the session has begun decides nothing, and can be opened again") {
  SessionRoom room;
  room.at(-9 * minute);
  room.join(room.student);
  room.comes(room.student, "PA_1");
  room.goes(room.student, "PA_1");
  room.video.rooms.clear();
  room.at(-2 * minute);
  room.finish();
  CHECK(room.outcome() == "scheduled");
  room.at(minute);
  CHECK(room.join(room.student).status == 200);
  CHECK(room.video.rooms_made == 2);
  room.room_sid = "RM_2";
  room.comes(room.student, "PA_2");
  room.comes(room.teacher, "PA_3");
  SUBCASE("news of the first room come late and do not end the second") {
    room.room_sid = "RM_1";
    room.at(20 * minute);
    room.finish();
    CHECK(room.outcome() == "scheduled");
    CHECK(room.count("SELECT count(*) FROM session_attendance WHERE left_at IS NULL") == 2);
    room.room_sid = "RM_2";
  }
  room.at(50 * minute);
  room.finish();
  CHECK(room.outcome() == "completed");
}

TEST_CASE("recorders, agents, guests and rooms that are none of ours mean nothing") {
  SessionRoom room;
  room.at(0);
  room.join(room.student);
  for (const std::string& identity : {std::string("RECORDER_BOT"), room.other.id, std::string()}) {
    const auto ignored =
        room.deliver(room.video.participant_event("participant_joined", room.session_id, "RM_1", "PA_9", identity));
    CHECK(ignored.status == 200);
    CHECK(ignored.json()["outcome"] == "ignored");
  }
  CHECK(room.deliver(room.video.event("room_finished", "somebody-elses", "RM_7")).json()["outcome"] == "ignored");
  CHECK(room.deliver(room.video.event("track_published", room.session_id, "RM_1")).json()["outcome"] == "ignored");
  CHECK(room.deliver(room.video.event("room_finished", room.session_id, "")).json()["outcome"] == "ignored");
  CHECK(room.count("SELECT count(*) FROM session_attendance") == 0);
  CHECK(room.outcome() == "scheduled");
}

TEST_CASE("news in any order, twice and at once, leave the same behind") {
  std::string expected;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    CAPTURE(seed);
    SessionRoom room(seed);
    room.at(0);
    room.join(room.student);
    std::vector<Json> news;
    const auto add = [&](Millis when, std::string_view type, const native::TestUser& who, std::string_view sid,
                         Millis joined) {
      Json event = room.video.participant_event(type, room.session_id, "RM_1", sid, who.id);
      event["created_at"] = std::to_string((room.starts_at + when).seconds());
      event["participant"]["joined_at"] = std::to_string((room.starts_at + joined).seconds());
      news.push_back(event);
    };
    add(minute, "participant_joined", room.student, "PA_1", minute);
    add(9 * minute, "participant_left", room.student, "PA_1", minute);
    add(8 * minute, "participant_joined", room.student, "PA_2", 8 * minute);
    add(2 * minute, "participant_joined", room.teacher, "PA_3", 2 * minute);
    add(40 * minute, "participant_left", room.teacher, "PA_3", 2 * minute);
    // The leaving of PA_2 is never told, and of PA_4 nothing but the leaving.
    add(45 * minute, "participant_left", room.teacher, "PA_4", 41 * minute);
    Json end = room.video.event("room_finished", room.session_id, "RM_1");
    end["created_at"] = std::to_string((room.starts_at + 50 * minute).seconds());
    news.push_back(end);
    room.at(51 * minute);
    const std::size_t told = news.size();
    for (std::size_t i = 0; i < told; ++i)
      if (room.world.scheduler.draw(2) == 0) {
        // As the same event again, and as another event that says the same.
        news.push_back(news[i]);
        if (room.world.scheduler.draw(2) == 0) news.back()["id"] = "again-" + std::to_string(i);
      }
    if (seed > 1) std::ranges::shuffle(news, room.world.scheduler.random());

    auto& scheduler = room.world.scheduler;
    std::size_t next = 0;
    while (next < news.size()) {
      room.world.fates = [&](const native::HostCall& call) -> Fate {
        Fate fate{Fate::Fault::none, static_cast<Millis>(scheduler.draw(5)), static_cast<Millis>(scheduler.draw(5))};
        if (call.port == "database" && scheduler.draw(20) == 0) fate.fault = Fate::Fault::answer_lost;
        return fate;
      };
      std::vector<std::pair<Json, std::unique_ptr<native::Exchange>>> under_way;
      const std::size_t together = std::min<std::size_t>(1 + scheduler.draw(3), news.size() - next);
      for (std::size_t i = 0; i < together; ++i, ++next)
        under_way.emplace_back(news[next], room.server.begin(room.video.delivery(news[next])));
      scheduler.run();
      room.world.fates = nullptr;
      // What was not taken is sent again, as the server does.
      for (const auto& [event, exchange] : under_way)
        if (exchange->reply().status != 200) CHECK(room.deliver(event).status == 200);
    }
    const std::string state = state_of(room);
    if (expected.empty()) expected = state;
    CHECK(state == expected);
    CHECK(room.count("SELECT count(*) FROM notifications WHERE kind = 'session_completed'") == 2);
  }
  CHECK(expected.starts_with("completed\nPA_1 1 "));
  CHECK(expected.contains("; PA_2 1 "));
  CHECK(expected.contains(" room_ended "));
}

TEST_CASE("who only looked in before the start has not come, in whatever order that is told") {
  std::vector<int> order{0, 1, 2, 3, 4};
  do {
    CAPTURE(order[0] * 10000 + order[1] * 1000 + order[2] * 100 + order[3] * 10 + order[4]);
    SessionRoom room;
    room.at(-9 * minute);
    room.join(room.student);
    const auto told = [&](Millis when, std::string_view type, const native::TestUser& who, std::string_view sid) {
      Json event = room.video.participant_event(type, room.session_id, "RM_1", sid, who.id);
      event["created_at"] = std::to_string((room.starts_at + when).seconds());
      event["participant"]["joined_at"] =
          std::to_string((room.starts_at + (who.id == room.student.id ? -9 * minute : 2 * minute)).seconds());
      return event;
    };
    std::vector<Json> news{told(-9 * minute, "participant_joined", room.student, "PA_1"),
                           told(-8 * minute, "participant_left", room.student, "PA_1"),
                           told(2 * minute, "participant_joined", room.teacher, "PA_2"),
                           told(20 * minute, "participant_left", room.teacher, "PA_2"),
                           room.video.event("room_finished", room.session_id, "RM_1")};
    news[4]["created_at"] = std::to_string((room.starts_at + 21 * minute).seconds());
    room.at(22 * minute);
    for (const int which : order) CHECK(room.deliver(news[static_cast<std::size_t>(which)]).status == 200);
    CHECK(room.outcome() == "no_show student");
    CHECK(room.mails("session_missed") == 2);
  } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("a leaving before the start that is told while the session is settled is not overlooked") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    SessionRoom room(seed);
    room.at(-9 * minute);
    room.join(room.student);
    room.comes(room.student, "PA_1");
    const Json left =
        room.video.participant_event("participant_left", room.session_id, "RM_1", "PA_1", room.student.id);
    room.at(0);
    room.comes(room.teacher, "PA_2");
    room.at(20 * minute);
    const Json end = room.video.event("room_finished", room.session_id, "RM_1");
    auto& scheduler = room.world.scheduler;
    room.world.fates = [&](const native::HostCall&) -> Fate {
      return {Fate::Fault::none, static_cast<Millis>(scheduler.draw(10)), static_cast<Millis>(scheduler.draw(10))};
    };
    const auto leaving = room.server.begin(room.video.delivery(left));
    const auto finished = room.server.begin(room.video.delivery(end));
    scheduler.run();
    room.world.fates = nullptr;
    if (leaving->reply().status != 200) CHECK(room.deliver(left).status == 200);
    if (finished->reply().status != 200) CHECK(room.deliver(end).status == 200);
    CHECK(room.outcome() == "no_show student");
  }
}

TEST_CASE("somebody who was there after all has not missed it") {
  SessionRoom room;
  room.at(0);
  room.join(room.student);
  room.comes(room.student, "PA_1");
  Json late = room.video.participant_event("participant_joined", room.session_id, "RM_1", "PA_2", room.teacher.id);
  room.at(30 * minute);
  room.finish();
  CHECK(room.outcome() == "no_show teacher");
  CHECK(room.deliver(late).status == 200);
  CHECK(room.outcome() == "completed");
  CHECK(room.count("SELECT count(*) FROM session_attendance WHERE left_how = 'room_ended'") == 2);
  CHECK(room.mails("session_completed") == 2);
}

TEST_CASE("a cancelled session stays cancelled, whoever was in its room") {
  SessionRoom room;
  room.at(0);
  room.join(room.student);
  room.comes(room.student, "PA_1");
  room.comes(room.teacher, "PA_2");
  room.world.database.execute("UPDATE sessions SET status = 'cancelled', cancelled_at = ?1", {room.world.now().ms});
  room.at(30 * minute);
  CHECK(room.finish().status == 200);
  CHECK(room.outcome() == "cancelled");
  CHECK(room.mails("session_completed") + room.mails("session_missed") == 0);
}

TEST_CASE("only what plugNmeet signed is taken") {
  SessionRoom room;
  room.at(0);
  room.join(room.student);
  const Json event =
      room.video.participant_event("participant_joined", room.session_id, "RM_1", "PA_1", room.student.id);
  auto good = room.video.delivery(event);
  const auto without = [&](std::string_view name) {
    auto changed = good;
    std::erase_if(changed.headers, [&](const Header& header) { return header.name == name; });
    return changed;
  };
  const auto refused = [&](native::Outgoing outgoing) {
    const auto reply = room.server.send(std::move(outgoing));
    CHECK(reply.status == 401);
    CHECK(reply.code() == "invalid_signature");
  };
  refused(room.video.delivery_of_text(event.dump(), "another secret of more than thirty-two bytes"));
  auto other_body = good;
  other_body.body += ' ';
  refused(other_body);
  auto unsigned_one = good;
  unsigned_one.headers.clear();
  refused(unsigned_one);
  auto other_issuer = good;
  room.world.settings.values["PLUGNMEET_API_KEY"] = "somebody";
  refused(other_issuer);
  room.world.settings.values["PLUGNMEET_API_KEY"] = native::FakePlugNmeet::key;
  CHECK(room.count("SELECT count(*) FROM webhook_events") == 0);

  CHECK(room.server.send(without("authorization")).status == 200);
  CHECK(room.server.send(without("hash-token")).json()["outcome"] == "duplicate");
  room.world.scheduler.advance(10 * minute);
  refused(good);
  room.world.settings.values["PLUGNMEET_API_SECRET"] = "short";
  CHECK(room.server.send(good).status == 503);
}

TEST_CASE("what is no event is refused, and odd ones do no harm") {
  SessionRoom room;
  for (const char* body : {"", "{}", "[]", "nonsense", R"({"event":"room_finished"})", R"({"id":"x"})"})
    CHECK(room.server.send(room.video.delivery_of_text(body)).status == 400);
  for (const char* body :
       {R"({"event":"room_finished","id":"a1"})", R"({"event":"participant_joined","id":"a2","room":null})",
        R"({"event":"participant_left","id":"a3","room":{"sid":"s","room_id":"r"},"participant":{"sid":7}})",
        R"({"event":"recording_proceeded","id":"a4","room":{"room_id":"r"}})",
        R"({"event":"recording_proceeded","id":"a5","room":{"room_id":"r"},"recording_info":{"record_id":"x"}})"}) {
    CAPTURE(body);
    const auto reply = room.server.send(room.video.delivery_of_text(body));
    CHECK(reply.status == 200);
    CHECK(reply.json()["outcome"] == "ignored");
  }
  CHECK(room.count("SELECT count(*) FROM outbox") == 0);
}

TEST_CASE("events of older servers are understood") {
  SessionRoom room;
  room.at(0);
  room.join(room.student);
  const Json event{
      {"event", "participant_joined"},
      {"id", "EV_1"},
      {"createdAt", room.world.now().seconds()},
      {"room", {{"sid", "RM_1"}, {"name", room.session_id}}},
      {"participant", {{"sid", "PA_1"}, {"identity", room.student.id}, {"joinedAt", room.starts_at.seconds()}}}};
  CHECK(room.deliver(event).json()["outcome"] == "processed");
  CHECK(room.count("SELECT joined_at FROM session_attendance") == room.starts_at.seconds() * 1000);
}

TEST_CASE("cron settles what nobody told of, some time after the end") {
  SessionRoom room;
  SUBCASE("nobody came") {
    room.at(SessionRoom::length + 15 * minute - 1);
    room.cron();
    CHECK(room.outcome() == "scheduled");
    room.at(SessionRoom::length + 15 * minute);
    room.cron();
    CHECK(room.outcome() == "no_show both");
    CHECK(room.mails("session_missed") == 2);
    room.cron();
    CHECK(room.mails("session_missed") == 2);
    CHECK(room.video.calls("/room/endRoom") == 0);
  }
  SUBCASE("both came, and the end of the room was never told") {
    room.at(0);
    room.join(room.student);
    room.comes(room.student, "PA_1");
    room.comes(room.teacher, "PA_2");
    room.at(SessionRoom::length + 20 * minute);
    room.cron();
    CHECK(room.outcome() == "completed");
    CHECK(room.count("SELECT count(*) FROM session_attendance WHERE left_how = 'assumed' AND left_at = ?1",
                     {(room.starts_at + SessionRoom::length).ms}) == 2);
    CHECK(room.video.calls("/room/endRoom") == 1);
    CHECK(room.video.rooms.empty());
    room.cron();
    CHECK(room.video.calls("/room/endRoom") == 1);
    // What is told later is better than what was assumed.
    room.goes(room.teacher, "PA_2");
    CHECK(room.text("SELECT left_how FROM session_attendance WHERE participant_sid = 'PA_2'") == "left");
    room.finish();
    CHECK(room.text("SELECT left_how FROM session_attendance WHERE participant_sid = 'PA_1'") == "room_ended");
    CHECK(room.mails("session_completed") == 2);
  }
  SUBCASE("one came") {
    room.at(0);
    room.join(room.teacher);
    room.comes(room.teacher, "PA_2");
    room.at(minute);
    room.goes(room.teacher, "PA_2");
    room.at(SessionRoom::length + 20 * minute);
    room.cron();
    CHECK(room.outcome() == "no_show student");
  }
}

TEST_CASE("a room whose end the provider does not confirm is asked for again") {
  SessionRoom room;
  room.at(0);
  room.join(room.student);
  room.at(SessionRoom::length + 20 * minute);
  room.video.instead = [](const OutgoingRequest&) { return IncomingAnswer{503, {}, ""}; };
  room.cron();
  CHECK(room.video.rooms.size() == 1);
  room.video.instead = nullptr;
  room.world.scheduler.advance(10 * minute);
  room.cron();
  CHECK(room.video.rooms.empty());
}

TEST_CASE("sessions that are settled by cron and by the provider at once are settled once") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    SessionRoom room(seed);
    room.at(0);
    room.join(room.student);
    room.comes(room.student, "PA_1");
    const Json teacher_came =
        room.video.participant_event("participant_joined", room.session_id, "RM_1", "PA_2", room.teacher.id);
    room.at(SessionRoom::length + 20 * minute);
    auto& scheduler = room.world.scheduler;
    room.world.fates = [&](const native::HostCall&) -> Fate {
      return {Fate::Fault::none, static_cast<Millis>(scheduler.draw(10)), static_cast<Millis>(scheduler.draw(10))};
    };
    native::StandaloneHost standalone(room.world);
    auto cron = peerloop::settle_overdue_sessions(standalone.host(), room.world.now());
    cron.resume();
    const auto joined = room.server.begin(room.video.delivery(teacher_came));
    const auto finished =
        room.server.begin(room.video.delivery(room.video.event("room_finished", room.session_id, "RM_1")));
    scheduler.run();
    room.world.fates = nullptr;
    CHECK(joined->reply().status == 200);
    CHECK(finished->reply().status == 200);
    CHECK(std::move(cron).value().has_value());
    CHECK(room.outcome() == "completed");
    CHECK(room.mails("session_completed") == 2);
  }
}
