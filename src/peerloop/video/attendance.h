#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"

/// What the stays in a session's rooms say about the session. Nothing here depends on the order in which the news came.
namespace isthmus::peerloop {

/// A session can be joined from so long before its start to its end.
inline constexpr Millis doors_open_before = 10 * minute;
/// Who waits for the other waits so long: before that, an empty room is no missed session.
inline constexpr Millis patience = 10 * minute;
/// So long after the end a room is closed by us, and a session of which nothing was heard is settled.
inline constexpr Millis overtime = 15 * minute;

/// One stay of one person in a room.
struct Stay {
  std::string user_id;
  std::optional<Timestamp> joined_at;
  std::optional<Timestamp> left_at;
  std::string left_how;  ///< "left" where the person's own leaving was told; "" where it is open
};

/// How long somebody was there, in seconds: stays that overlap count once, and a stay whose end was not told ends where
/// the next one begins, because a provider lets a person in once at a time. What is still open counts for nothing.
std::int64_t seconds_present(std::span<const Stay> stays, std::string_view user_id);

/// Whether a stay is one in the session: who only looked in before the start was not there. One that is open is.
bool reaches_into_session(const std::optional<Timestamp>& left_at, Timestamp starts_at);

enum class SessionVerdict {
  open,  ///< not to be told yet
  completed,
  student_missed,
  teacher_missed,
  both_missed,
};

struct Meeting {
  Timestamp starts_at;
  bool student_came = false;
  bool teacher_came = false;
};

/// What became of a session whose room is over since `over_at`. Completed where both were in a room of it at any time
/// since its start, however briefly: a no-show is somebody who did not come, and how long people stayed is kept for
/// those who must judge more. Before the start nothing is decided; before `patience` has passed, no absence.
SessionVerdict judge(const Meeting& meeting, Timestamp over_at);

}  // namespace isthmus::peerloop
