#include "peerloop/video/settle.h"

#include <algorithm>
#include <ranges>

#include "peerloop/mail/mail.h"
#include "peerloop/notifications/notify.h"

namespace isthmus::peerloop {

namespace {

using namespace video_queries;  // NOLINT(google-build-using-namespace): the SQL of this very part

constexpr std::int64_t sessions_a_run = 50;

struct Facts {
  SessionFacts session;
  std::vector<StayRow> stays;
  std::vector<EndedRoom> ended_rooms;
};

Task<Result<std::optional<Facts>>> read_facts(Host& host, std::vector<Statement> reading) {
  auto sets = co_await host.database.batch(std::move(reading), OnLostAnswer::retry);
  auto session = co_await std::move(sets[0]).first<SessionFacts>();
  if (!session) co_return std::optional<Facts>();
  Facts facts{*std::move(session), {}, {}};
  facts.stays = co_await std::move(sets[1]).as<StayRow>();
  facts.ended_rooms = co_await std::move(sets[2]).as<EndedRoom>();
  co_return facts;
}

/// The facts as they are once the news are written down.
void take_in(Facts& facts, const ParticipantNews& news) {
  auto stay = std::ranges::find(facts.stays, news.participant_sid, &StayRow::participant_sid);
  if (stay == facts.stays.end())
    stay = facts.stays.insert(stay, {news.participant_sid, news.room_sid, news.user_id, {}, {}, {}});
  if (news.joined_at) stay->joined_at = stay->joined_at ? std::min(*stay->joined_at, *news.joined_at) : *news.joined_at;
  if (news.left_at) {
    // The latest word of the person's own leaving, and nobody left before they came.
    const bool was_told = stay->left_how == "left" && stay->left_at;
    stay->left_at = was_told ? std::max(*stay->left_at, *news.left_at) : *news.left_at;
    stay->left_how = "left";
  }
  if (stay->left_at && stay->joined_at) stay->left_at = std::max(*stay->left_at, *stay->joined_at);
}
void take_in(Facts& facts, const RoomEnd& news) {
  const auto room = std::ranges::find(facts.ended_rooms, news.room_sid, &EndedRoom::room_sid);
  if (room == facts.ended_rooms.end())
    facts.ended_rooms.push_back({news.room_sid, news.at});
  else
    room->ended_at = std::min(room->ended_at, news.at);
}

/// As `close_stays` does in the database.
void close_stays_of(Facts& facts) {
  for (StayRow& stay : facts.stays) {
    const auto room = std::ranges::find(facts.ended_rooms, stay.room_sid, &EndedRoom::room_sid);
    if (stay.left_how == "left" || !stay.joined_at || room == facts.ended_rooms.end()) continue;
    stay.left_at = std::max(room->ended_at, *stay.joined_at);
    stay.left_how = "room_ended";
  }
}

bool came(const Facts& facts, std::string_view user_id) {
  return std::ranges::any_of(facts.stays, [&](const StayRow& stay) {
    return stay.user_id == user_id && reaches_into_session(stay.left_at, facts.session.starts_at);
  });
}

Meeting meeting_of(const Facts& facts) {
  return {facts.session.starts_at, came(facts, facts.session.student_id), came(facts, facts.session.teacher_id)};
}

/// Since when nothing goes on in the session's rooms, where that is known.
std::optional<Timestamp> over_since(const Facts& facts) {
  std::optional<Timestamp> over;
  for (const EndedRoom& room : facts.ended_rooms) over = over ? std::max(*over, room.ended_at) : room.ended_at;
  if (facts.session.status != "scheduled") return std::max(over.value_or(facts.session.ends_at), facts.session.ends_at);
  // Somebody is in a room that was opened again.
  if (std::ranges::any_of(facts.stays, [](const StayRow& stay) { return stay.left_how.empty(); })) return std::nullopt;
  return over;
}

struct Outcome {
  std::string_view status;
  std::optional<std::string> no_show_by;
};
std::optional<Outcome> outcome_of(SessionVerdict verdict) {
  switch (verdict) {
    case SessionVerdict::open: return std::nullopt;
    case SessionVerdict::completed: return Outcome{"completed", {}};
    case SessionVerdict::student_missed: return Outcome{"no_show", "student"};
    case SessionVerdict::teacher_missed: return Outcome{"no_show", "teacher"};
    case SessionVerdict::both_missed: return Outcome{"no_show", "both"};
  }
  return std::nullopt;
}

/// News that are late may show that somebody was there after all, or had left before the start.
bool may_become(const SessionFacts& session, const Outcome& outcome) {
  return session.status != "cancelled" &&
         (outcome.status != session.status || outcome.no_show_by != session.no_show_by);
}

std::vector<Stay> stays_of(const Facts& facts) {
  std::vector<Stay> stays;
  stays.reserve(facts.stays.size());
  for (const StayRow& row : facts.stays) stays.push_back({row.user_id, row.joined_at, row.left_at, row.left_how});
  return stays;
}

void tell(Host& host, std::vector<Statement>& batch, const Facts& facts, const Outcome& outcome) {
  const SessionFacts& session = facts.session;
  const std::vector<Stay> stays = stays_of(facts);
  const std::string cause = "session:" + session.id;
  const bool completed = outcome.status == "completed";
  const auto missed = [&](std::string_view who) {
    return outcome.no_show_by && (*outcome.no_show_by == who || *outcome.no_show_by == "both");
  };
  const auto to = [&](const std::string& user_id, const std::string& other_name, bool missed_it, bool other_missed_it) {
    JsonWriter values;
    values.begin_object().member("sessionId", session.id).member("courseTitle", session.course_title);
    values.member("otherName", other_name).member("minutes", seconds_present(stays, user_id) / 60);
    values.member("youMissed", missed_it).member("otherMissed", other_missed_it).end_object();
    JsonWriter data;
    data.begin_object().member("sessionId", session.id).member("courseTitle", session.course_title);
    data.member("status", outcome.status);
    if (outcome.no_show_by) data.member("noShowBy", *outcome.no_show_by);
    data.end_object();
    batch.push_back(queue_mail(host, completed ? Mail::session_completed : Mail::session_missed, user_id, cause,
                               std::move(values).text()));
    batch.push_back(notify(host, completed ? Notice::session_completed : Notice::session_missed, user_id, cause,
                           std::move(data).text()));
  };
  to(session.student_id, session.teacher_name, missed("student"), missed("teacher"));
  to(session.teacher_id, session.student_name, missed("teacher"), missed("student"));
}

void settle_if_told(Host& host, std::vector<Statement>& batch, const Facts& facts, Timestamp over_at) {
  const auto outcome = outcome_of(judge(meeting_of(facts), over_at));
  if (!outcome || !may_become(facts.session, *outcome)) return;
  append(batch, settle(facts.session, outcome->status, outcome->no_show_by, host.clock.now()));
  tell(host, batch, facts, *outcome);
}

std::vector<Statement> effect_of(Host& host, Facts facts, const std::vector<RoomNews>& news) {
  const std::string id = facts.session.id;
  std::vector<Statement> batch = guard_facts(facts.session);
  for (const RoomNews& one : news) {
    if (const auto* participant = std::get_if<ParticipantNews>(&one)) append(batch, note_participant(id, *participant));
    if (const auto* end = std::get_if<RoomEnd>(&one))
      append(batch, note_room_end(id, end->room_sid, end->at, host.clock.now()));
    std::visit([&](const auto& what) { take_in(facts, what); }, one);
  }
  batch.push_back(close_stays(id));
  close_stays_of(facts);
  if (const auto over = over_since(facts)) settle_if_told(host, batch, facts, *over);
  return batch;
}

/// News of recorders, agents and guests are none.
std::vector<RoomNews> about_the_two(const SessionFacts& session, std::vector<RoomNews> news) {
  std::erase_if(news, [&](const RoomNews& one) {
    const auto* participant = std::get_if<ParticipantNews>(&one);
    return participant != nullptr && participant->user_id != session.student_id &&
           participant->user_id != session.teacher_id;
  });
  return news;
}

Task<Result<void>> settle_overdue(Host& host, std::string session_id, Timestamp now) {
  auto facts = co_await read_facts(host, read_session(session_id));
  if (!facts || facts->session.status != "scheduled") co_return Result<void>();
  std::vector<Statement> batch = guard_facts(facts->session);
  batch.push_back(close_stays(session_id));
  batch.push_back(assume_stays_over(session_id, std::min(now, facts->session.ends_at)));
  close_stays_of(*facts);
  for (StayRow& stay : facts->stays) {
    if (!stay.left_how.empty()) continue;
    stay.left_at = std::max(std::min(now, facts->session.ends_at), stay.joined_at.value_or(now));
    stay.left_how = "assumed";
  }
  settle_if_told(host, batch, *facts, now);
  // A second run finds the session settled and is refused by the guard, which is as good as done.
  auto done = co_await attempt(host.database.batch(std::move(batch), OnLostAnswer::retry));
  if (!done && !violates(done.error(), "guard:state_changed")) co_return Failure(std::move(done).error());
  co_return Result<void>();
}

}  // namespace

Task<Result<WebhookOutcome>> settle_room_news(Host& host, WebhookEvent event, std::string room_id,
                                              std::vector<RoomNews> news) {
  for (int tries = 1;; ++tries) {
    auto facts = co_await read_facts(host, read_room(event.provider, room_id));
    if (facts) news = about_the_two(facts->session, std::move(news));
    if (!facts || news.empty()) co_return co_await record_ignored_event(host, std::move(event));
    const auto recorded = co_await try_to_record(host, event, effect_of(host, *std::move(facts), news), tries);
    if (recorded) co_return *recorded;
  }
}

Task<Result<void>> settle_overdue_sessions(Host& host, Timestamp now) {
  struct Id {
    std::string id;
  };
  const auto overdue = co_await host.database.all<Id>(overdue_sessions(now, sessions_a_run));
  // One session that can not be settled does not keep the others waiting.
  Result<void> first_failure;
  for (const auto& [id] : overdue) {
    auto settled = co_await attempt(settle_overdue(host, id, now));
    if (!settled && first_failure) first_failure = std::move(settled);
  }
  co_return first_failure;
}

}  // namespace isthmus::peerloop
