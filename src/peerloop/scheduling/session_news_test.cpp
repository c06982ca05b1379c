#include "peerloop/scheduling/session_news.h"

#include <doctest/doctest.h>

#include "base/encoding.h"
#include "native/timetable.h"

using namespace isthmus;
using native::Json;
using native::Timetable;

namespace {

void advance_to(Timetable& room, const char* moment) {
  room.world.scheduler.advance(from_rfc3339(moment).value() - room.world.now());
}

std::string calendar_in(const Json& mail) {
  REQUIRE(mail.contains("attachments"));
  std::string text = base64_decode(mail["attachments"][0]["content"].get<std::string>()).value();
  for (std::size_t at = 0; (at = text.find("\r\n ", at)) != std::string::npos;) text.erase(at, 3);
  return text;
}

const Json& mail_to(const std::vector<Json>& mails, const char* address) {
  for (const Json& mail : mails)
    if (mail["to"] == address) return mail;
  FAIL("no mail to " << address);
  return mails.front();
}

}  // namespace

TEST_CASE("both get a booking by mail, each in their own time zone, with a file for the calendar") {
  Timetable room;
  room.world.database.execute("UPDATE users SET timezone = 'Asia/Kathmandu' WHERE id = ?1", {room.student.id});
  const std::string id = room.booked("2026-09-23T09:00:00Z");
  const auto mails = room.deliver_mails();
  REQUIRE(mails.size() == 2);
  const Json& mail = mail_to(mails, "student@example.org");
  CHECK(mail["subject"] ==
        "Booked: C++, from <scratch>, Wednesday, 23 September 2026, 14:45 to 15:45 (Asia/Kathmandu)");
  CHECK(mail["text"].get<std::string>().contains("you and Name of teacher meet for \"C++, from <scratch>\""));
  CHECK(mail["html"].get<std::string>().contains("C++, from &lt;scratch&gt;"));
  CHECK(mail["text"].get<std::string>().contains("https://app.example.org/sessions/" + id));
  CHECK(mail["attachments"].size() == 1);
  CHECK(mail["attachments"][0]["filename"] == "session.ics");
  CHECK(mail["attachments"][0]["content_type"] == "text/calendar; charset=utf-8; method=PUBLISH");
  const std::string calendar = calendar_in(mail);
  for (const std::string& line :
       {"METHOD:PUBLISH\r\n", "DTSTART:20260923T090000Z\r\n", "DTEND:20260923T100000Z\r\n", "SEQUENCE:0\r\n",
        "STATUS:CONFIRMED\r\n", "SUMMARY:C++\\, from <scratch> with Name of teacher\r\n",
        "ORGANIZER;CN=PeerLoop:mailto:noreply@example.org\r\n"})
    CHECK_MESSAGE(calendar.contains(line), calendar);
  CHECK(calendar.contains("UID:" + id + "@peerloop\r\n"));
  CHECK(mail_to(mails, "teacher@example.org")["subject"].get<std::string>().ends_with("09:00 to 10:00 (UTC)"));
  CHECK(calendar_in(mail_to(mails, "teacher@example.org")).contains("with Name of student\r\n"));
  CHECK(room.count("SELECT count(*) FROM outbox WHERE payload <> '{}'") == 0);
}

TEST_CASE("a move and a cancellation change the same event") {
  Timetable room;
  const std::string id = room.booked("2026-09-23T09:00:00Z");
  room.deliver_mails();
  room.move(id, "2026-09-23T12:00:00Z", room.student);
  auto mails = room.deliver_mails();
  REQUIRE(mails.size() == 2);
  CHECK(mail_to(mails, "student@example.org")["text"].get<std::string>().contains("you have moved your session"));
  const auto text = mail_to(mails, "teacher@example.org")["text"].get<std::string>();
  CHECK(text.contains("Name of student has moved your session"));
  CHECK(text.contains("Wednesday, 23 September 2026, 12:00 to 13:00 (UTC)"));
  CHECK(text.contains("It was to be Wednesday, 23 September 2026, 09:00 to 10:00 (UTC)."));
  std::string calendar = calendar_in(mails[0]);
  CHECK(calendar.contains("UID:" + id + "@peerloop\r\n"));
  CHECK(calendar.contains("SEQUENCE:1\r\n"));
  CHECK(calendar.contains("DTSTART:20260923T120000Z\r\n"));

  room.cancel(id, room.teacher, "ill & <sorry>");
  mails = room.deliver_mails();
  REQUIRE(mails.size() == 2);
  const Json& mail = mail_to(mails, "student@example.org");
  CHECK(mail["text"].get<std::string>().contains("The reason given: ill & <sorry>"));
  CHECK(mail["html"].get<std::string>().contains("ill &amp; &lt;sorry&gt;"));
  CHECK(mail["attachments"][0]["content_type"] == "text/calendar; charset=utf-8; method=CANCEL");
  calendar = calendar_in(mail);
  for (const std::string_view line : {"METHOD:CANCEL\r\n", "SEQUENCE:2\r\n", "STATUS:CANCELLED\r\n"})
    CHECK(calendar.contains(line));
}

TEST_CASE("reminders go out a day and an hour before, once each, however often cron runs") {
  Timetable room;
  room.booked("2026-09-24T09:00:00Z");
  room.deliver_mails();
  const auto reminded = [&] {
    room.remind();
    room.remind();
    return room.deliver_mails().size();
  };
  advance_to(room, "2026-09-23T08:59:59.999Z");
  CHECK(reminded() == 0);
  advance_to(room, "2026-09-23T09:00:00Z");
  room.remind();
  const auto mails = room.deliver_mails();
  REQUIRE(mails.size() == 2);
  CHECK(mails[0]["subject"] == "Tomorrow: C++, from <scratch>");
  CHECK(reminded() == 0);
  advance_to(room, "2026-09-24T07:59:00Z");
  CHECK(reminded() == 0);
  advance_to(room, "2026-09-24T08:00:00Z");
  room.remind();
  CHECK(room.deliver_mails().at(0)["subject"] == "Soon: C++, from <scratch>");
  advance_to(room, "2026-09-24T08:59:00Z");
  CHECK(reminded() == 0);
  CHECK(room.mails("session_reminder") == 4);
}

TEST_CASE("where cron did not run, the later reminder goes out, and none for what has begun") {
  Timetable room;
  room.booked("2026-09-24T09:00:00Z");
  room.booked("2026-09-25T09:00:00Z");
  room.deliver_mails();
  advance_to(room, "2026-09-24T08:30:00Z");
  room.remind();
  CHECK(room.mails("session_reminder") == 2);
  CHECK(room.count("SELECT count(*) FROM outbox WHERE dedupe_key LIKE '%:1h'") == 2);
  advance_to(room, "2026-09-25T09:00:00Z");
  room.remind();
  CHECK(room.mails("session_reminder") == 2);
  // Queued, and not sent in time.
  CHECK(room.deliver_mails().empty());
  CHECK(room.count("SELECT count(*) FROM emails WHERE status = 'suppressed'") == 2);
}

TEST_CASE("a session that is booked late is reminded of when there is still time") {
  Timetable room;
  room.set_hours({{"minimumNoticeMinutes", 0}, {"changeNoticeMinutes", 0}});
  room.booked("2026-09-21T16:00:00Z");
  room.remind();
  CHECK(room.mails("session_reminder") == 0);
  advance_to(room, "2026-09-21T15:00:00Z");
  room.remind();
  CHECK(room.mails("session_reminder") == 2);
}

TEST_CASE("nobody is reminded of a session that was cancelled or moved") {
  Timetable room;
  const std::string cancelled = room.booked("2026-09-24T09:00:00Z");
  const std::string moved = room.booked("2026-09-24T11:00:00Z");
  room.deliver_mails();
  advance_to(room, "2026-09-23T12:00:00Z");
  room.remind();
  CHECK(room.mails("session_reminder") == 4);
  // They wait in the outbox when it happens, since nobody takes mails.
  const auto takes_all = std::exchange(room.world.http.respond, [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{503, {}, ""};
  });
  CHECK(room.cancel(cancelled, room.student).status == 200);
  CHECK(room.move(moved, "2026-09-25T15:00:00Z", room.student).status == 200);
  room.deliver_mails();
  room.world.http.respond = takes_all;
  room.world.scheduler.advance(hour);
  for (const Json& mail : room.deliver_mails())
    CHECK_MESSAGE(!mail["subject"].get<std::string>().starts_with("Tomorrow"), mail["subject"]);
  room.remind();
  CHECK(room.deliver_mails().empty());
  advance_to(room, "2026-09-24T15:00:00Z");
  room.remind();
  CHECK(room.deliver_mails().size() == 2);
}

TEST_CASE("reminders of many sessions go out run by run") {
  Timetable room;
  room.set_hours({{"slotStepMinutes", 15}, {"sessionMinutes", Json::array({15})}, {"minimumNoticeMinutes", 0}});
  for (int day_of = 0; day_of < 2; ++day_of)
    for (int i = 0; i < 32; ++i) {
      const Timestamp at = from_rfc3339("2026-09-24T09:00:00Z").value() + day_of * day + i * 15 * minute;
      room.booked(to_rfc3339(at), 15);
    }
  advance_to(room, "2026-09-24T17:00:00Z");
  room.world.database.execute("UPDATE sessions SET next_reminder_at = ?1", {room.world.now().ms});
  room.world.database.execute(
      "UPDATE sessions SET starts_at = starts_at + 86400000, ends_at = ends_at + 86400000"
      " WHERE starts_at > 1790326800000");
  room.remind();
  room.remind();
  CHECK(room.count("SELECT count(*) FROM sessions WHERE next_reminder_at <= ?1", {room.world.now().ms}) == 0);
}
