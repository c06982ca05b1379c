#include "peerloop/scheduling/slots.h"

#include <algorithm>
#include <limits>

namespace isthmus::peerloop {

namespace {

constexpr Timestamp end_of_time{std::numeric_limits<std::int64_t>::max()};

/// Calls `visit(from, to, offset)` for the moments at which the clock shows a time from `from` to `to`, both in
/// milliseconds of local time since 1970: several stretches where clocks go back, none within a gap.
void for_each_stretch(const Clock& clock, std::int64_t from, std::int64_t to, auto visit) {
  for (std::size_t i = 0; i < clock.size(); ++i) {
    const auto [begins, offset] = clock[i];
    const Timestamp ends = i + 1 < clock.size() ? clock[i + 1].begins : end_of_time;
    // The first span speaks for all time before it as well.
    const Timestamp first = i == 0 ? Timestamp{from - offset} : std::max(begins, Timestamp{from - offset});
    const Timestamp last = std::min(ends, Timestamp{to - offset});
    if (first < last) visit(first, last, offset);
  }
}

const std::vector<Hours>& hours_on(const Schedule& schedule, LocalDay date) {
  const auto exception = std::ranges::find(schedule.exceptions, date, &ExceptionalDay::date);
  if (exception != schedule.exceptions.end()) return exception->hours;
  return schedule.week[static_cast<std::size_t>(weekday_of(date))];
}

/// Calls `visit(date, hours)` for all hours of the dates that the clock may show from `from` to `to`.
void for_each_hours(const Schedule& schedule, const Clock& clock, Timestamp from, Timestamp to, auto visit) {
  const auto [least, most] = std::ranges::minmax(clock, {}, &ClockSpan::offset);
  for (LocalDay date = local_day(from, least.offset); date <= local_day(to, most.offset); ++date)
    for (const Hours& hours : hours_on(schedule, date)) visit(date, hours);
}

/// The hours as moments, in order and with touching ones joined: a session may go on from one into the next.
std::vector<Interval> open_time(const Schedule& schedule, const Clock& clock, Timestamp from, Timestamp to) {
  std::vector<Interval> all;
  for_each_hours(schedule, clock, from, to, [&](LocalDay date, Hours hours) {
    for_each_stretch(clock, date * day + hours.from * minute, date * day + hours.to * minute,
                     [&](Timestamp first, Timestamp last, Millis) { all.push_back({first, last}); });
  });
  std::ranges::sort(all, {}, &Interval::from);
  std::vector<Interval> joined;
  for (const Interval& next : all) {
    if (!joined.empty() && next.from <= joined.back().to)
      joined.back().to = std::max(joined.back().to, next.to);
    else
      joined.push_back(next);
  }
  return joined;
}

bool lies_within(const std::vector<Interval>& open, Timestamp from, Timestamp to) {
  // The last one that begins at `from` or before it.
  const auto behind = std::ranges::upper_bound(open, from, {}, &Interval::from);
  return behind != open.begin() && to <= std::prev(behind)->to;
}

bool is_free(const Schedule& schedule, std::span<const Engagement> engagements, Timestamp from, Timestamp to) {
  const Millis apart = schedule.buffer_before + schedule.buffer_after;
  return std::ranges::none_of(engagements, [&](const Engagement& other) {
    const Millis gap = other.taught ? apart : 0;
    return other.from < to + gap && from < other.to + gap;
  });
}

std::ptrdiff_t taught_within(std::span<const Engagement> engagements, const std::vector<Interval>& moments) {
  return std::ranges::count_if(engagements, [&](const Engagement& other) {
    return other.taught && std::ranges::any_of(moments, [&](const Interval& part) {
             return other.from >= part.from && other.from < part.to;
           });
  });
}

}  // namespace

std::vector<Interval> moments_of_date(const Clock& clock, Timestamp at) {
  const LocalDay date = local_day(at, offset_at(clock, at));
  std::vector<Interval> moments;
  for_each_stretch(clock, date * day, (date + 1) * day,
                   [&](Timestamp first, Timestamp last, Millis) { moments.push_back({first, last}); });
  return moments;
}

std::vector<Timestamp> slots(const Schedule& schedule, const Clock& clock, std::span<const Engagement> engagements,
                             const SlotQuestion& question) {
  std::vector<Timestamp> found;
  const Timestamp from = std::max(question.from, question.now + schedule.minimum_notice);
  const Timestamp to = std::min(question.to, question.now + schedule.horizon + 1);
  if (from >= to || clock.empty() || !std::ranges::contains(schedule.lengths, question.length)) return found;

  const auto open = open_time(schedule, clock, from, to + question.length);
  for_each_hours(schedule, clock, from, to, [&](LocalDay date, Hours hours) {
    const std::int64_t begin = date * day + hours.from * minute;
    for_each_stretch(clock, begin, date * day + hours.to * minute, [&](Timestamp first, Timestamp last, Millis offset) {
      const Timestamp earliest = std::max(first, from);
      const std::int64_t late = std::max<std::int64_t>(0, earliest.ms + offset - begin);
      Timestamp at{begin - offset + (late + schedule.step - 1) / schedule.step * schedule.step};
      for (; at < std::min(last, to); at = at + schedule.step)
        if (lies_within(open, at, at + question.length) && is_free(schedule, engagements, at, at + question.length))
          found.push_back(at);
    });
  });
  std::ranges::sort(found);
  const auto twice = std::ranges::unique(found);
  found.erase(twice.begin(), twice.end());

  if (schedule.daily_limit) {
    std::optional<LocalDay> known;
    bool full = false;
    std::erase_if(found, [&](Timestamp at) {
      const LocalDay date = local_day(at, offset_at(clock, at));
      if (known != date) {
        known = date;
        full = taught_within(engagements, moments_of_date(clock, at)) >= *schedule.daily_limit;
      }
      return full;
    });
  }
  return found;
}

}  // namespace isthmus::peerloop
