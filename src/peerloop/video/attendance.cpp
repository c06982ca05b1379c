#include "peerloop/video/attendance.h"

#include <algorithm>
#include <vector>

namespace isthmus::peerloop {

std::int64_t seconds_present(std::span<const Stay> stays, std::string_view user_id) {
  struct Interval {
    Timestamp from, to;
    bool is_told;
  };
  std::vector<Interval> intervals;
  for (const Stay& stay : stays)
    if (stay.user_id == user_id && stay.joined_at && stay.left_at)
      intervals.push_back({*stay.joined_at, *stay.left_at, stay.left_how == "left"});
  std::ranges::sort(intervals, {}, &Interval::from);
  Millis total = 0;
  Timestamp counted_to;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    Timestamp to = intervals[i].to;
    if (!intervals[i].is_told && i + 1 < intervals.size()) to = std::min(to, intervals[i + 1].from);
    const Timestamp from = std::max(intervals[i].from, counted_to);
    if (to <= from) continue;
    total += to - from;
    counted_to = to;
  }
  return total / second;
}

bool reaches_into_session(const std::optional<Timestamp>& left_at, Timestamp starts_at) {
  return !left_at || *left_at > starts_at;
}

SessionVerdict judge(const Meeting& meeting, Timestamp over_at) {
  if (over_at < meeting.starts_at) return SessionVerdict::open;
  if (meeting.student_came && meeting.teacher_came) return SessionVerdict::completed;
  if (over_at < meeting.starts_at + patience) return SessionVerdict::open;
  if (meeting.student_came) return SessionVerdict::teacher_missed;
  return meeting.teacher_came ? SessionVerdict::student_missed : SessionVerdict::both_missed;
}

}  // namespace isthmus::peerloop
