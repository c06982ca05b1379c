#include <array>
#include <set>

#include "simulation/parts.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

/// One stay in a room, as it was.
struct Stay {
  std::string session, user;
  std::int64_t joined = 0;  ///< in seconds
  bool has_left = false;    ///< and was not there when the room ended
  std::string room_sid = {};
  std::int64_t left = 0;  ///< as far as anybody tells: the end of the room where the leaving was quiet; 0 for not yet
};

/// What really happened in the rooms.
struct Rooms {
  std::set<std::string> planned;
  std::map<std::string, Stay> stays;              ///< by the participant's id
  std::map<std::string, std::string> recordings;  ///< their sessions
};

void end_room(Life& life, std::string session) {
  const auto room = life.video.rooms.find(session);
  if (room == life.video.rooms.end()) return;
  const std::string sid = room->second.sid;
  life.video.rooms.erase(room);
  for (auto& [participant, stay] : life.belongings.of<Rooms>().stays)
    if (stay.room_sid == sid && !stay.has_left) stay.left = life.now().seconds();
  life.post_video_event(life.video.event("room_finished", session, sid));
  Dice dice = life.dice.fork(sid);
  if (!dice.one_in(3)) return;
  const std::string record = "rec_" + sid;
  life.video.recordings[record].bytes = 1 + dice.below(5000);
  life.belongings.of<Rooms>().recordings[record] = session;
  life.post_video_event(life.video.event("recording_proceeded", session, sid,
                                         {{"recording_info", {{"record_id", record}, {"file_path", "a/b.mp4"}}}}));
}

/// A recorder, or somebody whom the two let in by other ways: that is no attendance.
void see_others_enter(Person& person, const std::string& session, const std::string& room_sid) {
  Life& life = person.life;
  const auto& all = life.people();
  const Person& other = *all[person.dice().below(all.size())];
  const std::string known =
      life.find("SELECT id FROM sessions WHERE id = ?1 AND ?2 NOT IN (student_id, teacher_id)", {session, other.id});
  const std::string who = known.empty() || other.id.empty() ? "RECORDER_BOT" : other.id;
  const std::string sid = "PA_other_" + room_sid + person.next_key() + person.name;
  life.post_video_event(life.video.participant_event("participant_joined", session, room_sid, sid, who));
  if (person.dice().one_in(2))
    life.post_video_event(life.video.participant_event("participant_left", session, room_sid, sid, who));
}

Script<> stay_in_room(Person& person, std::string session, Millis length, bool goes_quietly) {
  Life& life = person.life;
  auto& rooms = life.belongings.of<Rooms>();
  const auto room = life.video.rooms.find(session);
  if (room == life.video.rooms.end()) co_return;
  const std::string room_sid = room->second.sid;
  const std::string sid = "PA_" + std::to_string(rooms.stays.size() + 1);
  const std::string me = person.id;
  rooms.stays[sid] = {session, me, life.now().seconds(), false, room_sid};
  room->second.identities.push_back(me);
  life.note(person.name, "enters the room of " + session);
  life.post_video_event(life.video.participant_event("participant_joined", session, room_sid, sid, me));
  if (person.dice().one_in(4)) see_others_enter(person, session, room_sid);
  co_await life.wait(length);
  const auto still = life.video.rooms.find(session);
  if (still == life.video.rooms.end() || still->second.sid != room_sid) co_return;
  std::erase(still->second.identities, me);
  life.note(person.name, "leaves the room");
  if (!goes_quietly) {
    rooms.stays.at(sid).has_left = true;
    rooms.stays.at(sid).left = life.now().seconds();
    life.post_video_event(life.video.participant_event("participant_left", session, room_sid, sid, me));
  }
  if (still->second.identities.empty() && !person.dice().one_in(4)) end_room(life, session);
}

/// The clocks of two locations differ by less.
constexpr Millis clocks_differ = 7 * second;

/// The three ways of the API to one and the same room.
Ask some_way_in(Dice& dice, const std::string& session) {
  if (dice.one_in(2)) return {"POST", "/api/sessions/" + session + "/join"};
  return {"POST", dice.one_in(2) ? "/api/video/token" : "/api/video/join", {{"sessionId", session}}};
}

/// Comes to a session, more or less in time, perhaps twice.
Script<> attend(Person& person, std::string session, Millis lateness, Dice dice) {
  Life& life = person.life;
  const Timestamp starts{life.count("SELECT starts_at FROM sessions WHERE id = ?1", {session})};
  co_await life.wait(std::max<Millis>(1, starts + lateness - life.now()));
  for (int times = dice.one_in(4) ? 2 : 1; times > 0 && !life.stopped(); --times) {
    if (!is_in(person)) co_return;
    const auto asked = some_way_in(dice, session);
    const Timestamp before = life.now();
    const auto reply = co_await person.ask(asked.method, asked.target, asked.body, {.tries = 3});
    if (!person.foresee(reply, {200, 409, 404, 401}) || reply->status != 200) co_return;
    const std::string open = "SELECT count(*) FROM sessions WHERE id = ?1 AND ?2 > starts_at - 600000 AND ?3 < ends_at";
    if (life.count(open, {session, (life.now() + clocks_differ).ms, (before - clocks_differ).ms}) == 0)
      life.violate("a room is open from ten minutes before its session to its end", person.name);
    co_await stay_in_room(person, session, dice.between(minute, 70 * minute), dice.one_in(6));
  }
}

Script<> plan_to_meet(Person& person) {
  Life& life = person.life;
  auto& planned = life.belongings.of<Rooms>().planned;
  const ResultSet rows = life.world.database.execute(
      "SELECT id, student_id, teacher_id FROM sessions WHERE (student_id = ?1 OR teacher_id = ?1) "
      "AND status = 'scheduled' AND starts_at BETWEEN ?2 AND ?3 ORDER BY starts_at, id",
      {person.id, life.now().ms, (life.now() + 4 * day).ms});
  for (std::size_t i = 0; i + 2 < rows.cells.size(); i += 3) {
    const auto& id = std::get<std::string>(rows.cells[i]);
    if (!planned.insert(id).second) continue;
    for (const auto& other : life.people()) {
      const bool takes_part = other->id == std::get<std::string>(rows.cells[i + 1]) ||
                              other->id == std::get<std::string>(rows.cells[i + 2]);
      if (!takes_part || person.dice().one_in(5)) continue;
      life.note(other->name, "means to come to " + id);
      life.spawn(attend(*other, id, person.dice().between(-12 * minute, 25 * minute),
                        life.dice.fork(id, static_cast<std::uint64_t>(other->number))));
    }
    co_return;
  }
}

Script<> look_into_room(Person& person) {
  Life& life = person.life;
  const std::string mine = life.find(
      "SELECT id FROM sessions WHERE (student_id = ?1 OR teacher_id = ?1) AND room_id IS NOT NULL ORDER BY id DESC",
      {person.id});
  if (!mine.empty()) {
    person.expect(co_await person.ask("GET", "/api/video/room/" + mine + "/status"), {200, 401});
    person.expect(co_await person.ask("GET", "/api/sessions/" + mine + "/recording"), {200, 404, 409, 401});
  }
  const std::string other = life.find(
      "SELECT id FROM sessions WHERE student_id <> ?1 AND teacher_id <> ?1 ORDER BY id DESC LIMIT 1", {person.id});
  if (other.empty()) co_return;
  const Ask in = some_way_in(person.dice(), other);
  person.expect(co_await person.ask(in.method, in.target, in.body), {404, 401});
  person.expect(co_await person.ask("POST", "/api/video/room", {{"sessionId", other}}), {404, 401});
  person.expect(co_await person.ask("GET", "/api/sessions/" + other + "/recording"), {404, 401});
}

bool meets(Person& person) { return is_in(person) && person.standing.meets; }

constexpr std::array deeds{
    Deed{"mean to come to a session", 12, meets, plan_to_meet},
    Deed{"look into a room", 1, is_in, look_into_room},
};

/// plugNmeet ends by itself what has been empty for long.
void settle(Life& life) {
  while (!life.video.rooms.empty()) end_room(life, life.video.rooms.begin()->first);
}

/// What is over long enough is settled by who was there.
std::string settled_otherwise(Life& life) {
  const auto& rooms = life.belongings.of<Rooms>();
  const ResultSet rows = life.world.database.execute(
      "SELECT id, student_id, teacher_id, status || coalesce(' ' || no_show_by, ''), starts_at FROM sessions "
      "WHERE status <> 'cancelled' AND ends_at < ?1 ORDER BY id",
      {(life.now() - 6 * hour).ms});
  for (std::size_t i = 0; i + 4 < rows.cells.size(); i += 5) {
    const auto starts_at = std::get<std::int64_t>(rows.cells[i + 4]);
    const auto text = [&](std::size_t column) { return std::get<std::string>(rows.cells[i + column]); };
    bool student = false, teacher = false;
    for (const auto& [sid, stay] : rooms.stays) {
      if (stay.left != 0 && stay.left * 1000 <= starts_at) continue;
      student = student || (stay.session == text(0) && stay.user == text(1));
      teacher = teacher || (stay.session == text(0) && stay.user == text(2));
    }
    const std::string expected = student && teacher ? "completed"
                                 : student          ? "no_show teacher"
                                 : teacher          ? "no_show student"
                                                    : "no_show both";
    if (text(3) != expected) return unlike(text(0), expected, text(3));
  }
  return {};
}

std::string stays_unlike_ours(Life& life) {
  const auto& rooms = life.belongings.of<Rooms>();
  for (const auto& [sid, stay] : rooms.stays) {
    const std::string known = life.find(
        "SELECT session_id, user_id, joined_at / 1000, left_how = 'left' FROM session_attendance WHERE participant_sid "
        "= "
        "?1",
        {sid});
    const std::string was =
        stay.session + " | " + stay.user + " | " + std::to_string(stay.joined) + " | " + (stay.has_left ? '1' : '0');
    if (known != was) return unlike(sid, was, known);
  }
  if (life.count("SELECT count(*) FROM session_attendance") != static_cast<std::int64_t>(rooms.stays.size()))
    return "we know of stays that never were";
  return {};
}

std::string recordings_lost(Life& life) {
  for (const auto& [record, session] : life.belongings.of<Rooms>().recordings) {
    const std::int64_t here = life.count(
        "SELECT count(*) FROM sessions s JOIN users u ON u.id IN (s.student_id, s.teacher_id) "
        "WHERE s.id = ?1 AND u.deleted_at IS NULL",
        {session});
    if (here == 0) continue;
    const std::string key = life.find(
        "SELECT coalesce(object_key, status) FROM recordings WHERE provider_record_id = ?1 AND session_id = ?2",
        {record, session});
    const auto object = life.world.bucket.objects.find(key);
    if (object == life.world.bucket.objects.end() ||
        object->second.bytes.size() != life.video.recordings.at(record).bytes)
      return std::string(record).append(" is not in the bucket: ").append(key);
  }
  return {};
}

constexpr std::array laws{
    Law{"nobody left before they came", Law::When::always,
        "SELECT participant_sid FROM session_attendance WHERE left_at < joined_at"},
    Law{"who is in a session's room is one of the two", Law::When::always,
        "SELECT a.participant_sid FROM session_attendance a JOIN sessions s ON s.id = a.session_id "
        "WHERE a.user_id NOT IN (s.student_id, s.teacher_id)"},
    Law{"a session is settled by who came", Law::When::in_the_end, "", settled_otherwise},
    Law{"the attendance is what it was", Law::When::in_the_end, "", stays_unlike_ours},
    Law{"each recording is kept", Law::When::in_the_end, "", recordings_lost},
    Law{"no room stays open", Law::When::in_the_end,
        "SELECT id FROM sessions WHERE room_id IS NOT NULL AND room_ended_at IS NULL"},
};

}  // namespace

const Part rooms{.name = "rooms", .deeds = deeds, .laws = laws, .settle = settle};

}  // namespace isthmus::simulation
