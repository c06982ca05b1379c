#include "peerloop/scheduling/session_news.h"

#include <array>

#include "base/web_address.h"
#include "peerloop/notifications/notify.h"

namespace isthmus::peerloop {

namespace {

constexpr std::int64_t reminders_a_run = 50;
constexpr Millis early = day;
constexpr Millis late = hour;
constexpr std::array<std::string_view, 2> reminder_names{"24h", "1h"};

/// One of the two, as mails speak to them.
struct Side {
  const std::string& id;
  const std::string& timezone;
  const std::string& other_id;
  const std::string& other_name;
};

std::array<Side, 2> sides_of(const SessionFacts& session) {
  return {{{session.student_id, session.student_timezone, session.teacher_id, session.teacher_name},
           {session.teacher_id, session.teacher_timezone, session.student_id, session.student_name}}};
}

/// "Friday, 20 November 2026, 10:30 to 11:30 (Europe/Lisbon)".
std::string time_for(const Side& side, Timestamp from, Timestamp to) {
  const auto zone = Zone::named(side.timezone);
  const Zone clock = zone.value_or(Zone::utc());
  return readable_time(from, clock.offset_at(from)) + " to " + to_local_rfc3339(to, clock.offset_at(to)).substr(11, 5) +
         " (" + (zone ? side.timezone : "UTC") + ')';
}

std::string values_for(const Side& side, const SessionNews& news) {
  const SessionFacts& session = news.session;
  JsonWriter json;
  json.begin_object().member("sessionId", session.id).member("courseTitle", session.course_title);
  json.member("otherName", side.other_name).member("when", time_for(side, session.starts_at, session.ends_at));
  if (news.was_at.ms != 0)
    json.member("before", time_for(side, news.was_at, news.was_at + (session.ends_at - session.starts_at)));
  if (!news.reason.empty()) json.member("reason", news.reason);
  if (news.by == side.other_id) json.member("byOther", side.other_name);
  if (news.by == side.id) json.member("byYou", true);
  return std::move(json.end_object()).text();
}

std::string cause_of(const SessionFacts& session) {
  return "session:" + session.id + ':' + std::to_string(session.sequence);
}

std::vector<Statement> tell(Host& host, const SessionNews& news, Mail mail, Notice notice, CalendarMethod method) {
  std::vector<Statement> statements;
  const std::string_view app_url = host.settings.get("APP_URL");
  for (const Side& side : sides_of(news.session)) {
    const CalendarEvent event = event_of(news.session, side.other_name, app_url);
    MailExtras extras;
    extras.calendar = CalendarFile{method == CalendarMethod::cancel ? "CANCEL" : "PUBLISH",
                                   write_calendar(method, "", organizer_address(host.settings), std::span(&event, 1))};
    statements.push_back(queue_mail(host, mail, side.id, cause_of(news.session), values_for(side, news), extras));
    if (side.id == news.by) continue;
    JsonWriter data;
    data.begin_object().member("sessionId", news.session.id).member("courseTitle", news.session.course_title);
    data.member("otherName", side.other_name).member("startsAt", to_rfc3339(news.session.starts_at)).end_object();
    statements.push_back(notify(host, notice, side.id, cause_of(news.session), std::move(data).text()));
  }
  return statements;
}

std::string reminder_key(const SessionFacts& session, std::string_view user_id, std::string_view which) {
  return mail_dedupe_key(Mail::session_reminder, user_id, cause_of(session) + ':' + std::string(which));
}

/// [{session, sequence, id, key, payload}, …]: one for each person.
void write_reminders(JsonWriter& json, Host& host, const SessionFacts& session, Timestamp now) {
  const bool is_late = session.starts_at - now <= late;
  for (const Side& side : sides_of(session)) {
    JsonWriter values;
    values.begin_object().member("sessionId", session.id).member("courseTitle", session.course_title);
    values.member("otherName", side.other_name).member("when", time_for(side, session.starts_at, session.ends_at));
    if (is_late) values.member("soon", true);
    values.end_object();
    MailExtras extras;
    extras.send_before = session.starts_at;
    json.begin_object().member("session", session.id).member("sequence", session.sequence);
    json.member("id", host.random.uuid(now));
    json.member("key", reminder_key(session, side.id, reminder_names[is_late ? 1 : 0]));
    json.raw_member("payload", mail_payload(Mail::session_reminder, side.id, values.text(), extras)).end_object();
  }
}

}  // namespace

CalendarEvent event_of(const SessionFacts& session, std::string_view other_name, std::string_view app_url) {
  app_url = without_slash_at_end(app_url);
  CalendarEvent event;
  event.uid = session.id + "@peerloop";
  event.starts = session.starts_at;
  event.ends = session.ends_at;
  event.created = session.created_at;
  event.changed = session.updated_at;
  event.sequence = session.sequence;
  event.cancelled = session.status == "cancelled";
  event.summary = session.course_title + " with " + std::string(other_name);
  if (!app_url.empty()) {
    event.url = std::string(app_url) + "/sessions/" + session.id;
    event.description = "Join, move or cancel: " + event.url;
  }
  return event;
}

std::string_view organizer_address(const Settings& settings) {
  const std::string_view from = settings.get("RESEND_FROM_ADDRESS");
  const auto open = from.rfind('<');
  const auto close = from.rfind('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return from;
  return from.substr(open + 1, close - open - 1);
}

std::vector<Statement> tell_booked(Host& host, const SessionNews& news) {
  return tell(host, news, Mail::session_booked, Notice::session_booked, CalendarMethod::publish);
}

std::vector<Statement> tell_moved(Host& host, const SessionNews& news) {
  return tell(host, news, Mail::session_moved, Notice::session_moved, CalendarMethod::publish);
}

std::vector<Statement> tell_cancelled(Host& host, const SessionNews& news) {
  return tell(host, news, Mail::session_cancelled, Notice::session_cancelled, CalendarMethod::cancel);
}

std::optional<Timestamp> next_reminder(Timestamp starts_at, Timestamp now) {
  if (now < starts_at - early) return starts_at - early;
  if (now < starts_at - late) return starts_at - late;
  return std::nullopt;
}

Statement withdraw_reminders(const SessionFacts& session, Timestamp now) {
  JsonWriter keys;
  keys.begin_array();
  for (const Side& side : sides_of(session))
    for (const std::string_view which : reminder_names) keys.value(reminder_key(session, side.id, which));
  return withdraw_mails(std::move(keys.end_array()).text(), now);
}

Task<Result<void>> send_reminders(Host& host, Timestamp now) {
  const auto due = co_await host.database.all<SessionFacts>(select_due_reminders(now, reminders_a_run));
  if (due.empty()) co_return Result<void>();
  JsonWriter reminders, ids;
  reminders.begin_array();
  ids.begin_array();
  for (const SessionFacts& session : due) {
    ids.value(session.id);
    if (session.starts_at > now) write_reminders(reminders, host, session, now);
  }
  reminders.end_array();
  ids.end_array();
  std::vector<Statement> batch;
  batch.push_back(queue_reminders(std::move(reminders).text(), now));
  batch.push_back(set_next_reminders(std::move(ids).text(), now, late));
  // The second run finds nothing that is due.
  co_await host.database.batch(std::move(batch), OnLostAnswer::retry);
  co_return Result<void>();
}

}  // namespace isthmus::peerloop
