#include "peerloop/video/attendance.h"

#include <vector>

#include <doctest/doctest.h>

using namespace isthmus;
using namespace isthmus::peerloop;

namespace {

constexpr Timestamp start{1'790'000'000'000};

Stay stay(Millis from, Millis to, std::string how = "left") {
  return {"ada", start + from * second, start + to * second, std::move(how)};
}

}  // namespace

TEST_CASE("time present is the union of the stays") {
  CHECK(seconds_present({}, "ada") == 0);
  CHECK(seconds_present(std::vector{stay(0, 60)}, "ada") == 60);
  CHECK(seconds_present(std::vector{stay(0, 60), stay(100, 160)}, "ada") == 120);
  CHECK(seconds_present(std::vector{stay(100, 160), stay(0, 120)}, "ada") == 160);
  CHECK(seconds_present(std::vector{stay(0, 600), stay(100, 160)}, "ada") == 600);
  CHECK(seconds_present(std::vector{stay(0, 60), stay(0, 60)}, "ada") == 60);
  CHECK(seconds_present(std::vector{stay(0, 60)}, "grace") == 0);
}

TEST_CASE("a stay whose end was not told ends where the next begins") {
  CHECK(seconds_present(std::vector{stay(0, 3600, "room_ended"), stay(600, 700)}, "ada") == 700);
  CHECK(seconds_present(std::vector{stay(0, 3600, "assumed"), stay(600, 700), stay(900, 1000)}, "ada") == 800);
  CHECK(seconds_present(std::vector{stay(0, 600, "room_ended")}, "ada") == 600);
}

TEST_CASE("half a stay counts for nothing") {
  Stay open = stay(0, 60);
  open.left_at.reset();
  Stay without_join = stay(0, 60);
  without_join.joined_at.reset();
  CHECK(seconds_present(std::vector{open, without_join}, "ada") == 0);
}

TEST_CASE("a session is completed where both came, and missed by whom did not") {
  const Timestamp late = start + hour;
  CHECK(judge({start, true, true}, late) == SessionVerdict::completed);
  CHECK(judge({start, true, false}, late) == SessionVerdict::teacher_missed);
  CHECK(judge({start, false, true}, late) == SessionVerdict::student_missed);
  CHECK(judge({start, false, false}, late) == SessionVerdict::both_missed);
}

TEST_CASE("a stay that was over by the start is none in the session") {
  CHECK_FALSE(reaches_into_session(start - minute, start));
  CHECK_FALSE(reaches_into_session(start, start));
  CHECK(reaches_into_session(start + 1, start));
  CHECK(reaches_into_session(std::nullopt, start));
}

TEST_CASE("an empty room decides nothing before the start, and no absence before patience has passed") {
  CHECK(judge({start, true, true}, start - 1) == SessionVerdict::open);
  CHECK(judge({start, true, true}, start) == SessionVerdict::completed);
  CHECK(judge({start, true, false}, start + patience - 1) == SessionVerdict::open);
  CHECK(judge({start, true, false}, start + patience) == SessionVerdict::teacher_missed);
}
