#include "peerloop/scheduling/list_slots.h"

#include "peerloop/scheduling/calendar_of_teacher.h"

namespace isthmus::peerloop {

namespace {

constexpr Millis usual_listing = 14 * day;

Result<Interval> asked_time(const SlotsQuery& query, Timestamp now) {
  const Timestamp from = query.from.value_or(now);
  const Timestamp to = query.to.value_or(from + usual_listing);
  Problems problems;
  problems.within("to", [&] {
    if (to <= from) problems.add("must be later than from");
    if (to - from > longest_listing) problems.add("must be at most 90 days after from");
  });
  if (!problems.empty()) return Failure(problems.to_error());
  // What lies behind all horizons has no slots, and no need of numbers that large.
  return Interval{std::max(from, now), std::max(std::min(to, now + 400 * day), now)};
}

/// Writes the moments of a listing, whose zone changes its offset now and then.
class SlotWriter {
 public:
  SlotWriter(const Zone& zone, Interval time) : clock_(zone.clock(time.from, time.to + day)) { json_.begin_array(); }

  void add(Timestamp from, Timestamp to) {
    json_.begin_object().member("startsAt", to_rfc3339(from)).member("endsAt", to_rfc3339(to));
    json_.member("localStart", to_local_rfc3339(from, offset_at(clock_, from)));
    json_.member("localEnd", to_local_rfc3339(to, offset_at(clock_, to))).end_object();
  }
  std::string text() && { return std::move(json_.end_array()).text(); }

 private:
  Clock clock_;
  JsonWriter json_;
};

}  // namespace

Task<Result<Response>> list_slots(Request& request, SlotsQuery query) {
  const Interval time = co_await asked_time(query, request.now());
  const CalendarOf whose{.teacher = std::string(request.param("id")),
                         .student = request.maybe_user() ? request.maybe_user()->user_id : ""};
  std::vector<Statement> reads;
  reads.push_back(select_teacher_hours(whose, query.courseId, time.from, time.to));
  reads.push_back(select_engagements(whose, time.from, time.to));
  auto sets = co_await request.db().batch(std::move(reads), OnLostAnswer::retry);
  auto hours = co_await required(co_await std::move(sets[0]).first<TeacherHours>(), not_found("teacher"));
  const TeacherCalendar calendar =
      co_await read_calendar(std::move(hours), co_await std::move(sets[1]).as<EngagementRow>(), time.from, time.to);

  const Millis usual = calendar.schedule.lengths.empty() ? hour : calendar.schedule.lengths.front();
  const Millis length = query.durationMinutes ? *query.durationMinutes * minute : usual;
  const std::string shown_zone = query.timezone.value_or(calendar.timezone);
  SlotWriter writer(Zone::named(shown_zone).value_or(Zone::utc()), time);
  for (const Timestamp at : calendar.slots({request.now(), time.from, time.to, length})) writer.add(at, at + length);

  Slots answer{calendar.teacher_id, shown_zone, calendar.timezone, time.from, time.to, length / minute, {}, {}};
  for (const Millis offered : calendar.schedule.lengths) answer.sessionMinutes.push_back(offered / minute);
  answer.slots.text = std::move(writer).text();
  co_return ok(answer);
}

}  // namespace isthmus::peerloop
