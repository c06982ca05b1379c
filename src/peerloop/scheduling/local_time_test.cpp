#include "peerloop/scheduling/local_time.h"

#include <doctest/doctest.h>

using namespace isthmus;
using namespace isthmus::peerloop;

TEST_CASE("a date is what the wall clock shows, also before 1970") {
  CHECK(local_day(Timestamp{0}, 0) == 0);
  CHECK(local_day(Timestamp{0}, -1) == -1);
  CHECK(local_day(Timestamp{-day}, 0) == -1);
  CHECK(weekday_of(0) == 3);
  CHECK(weekday_of(-4) == 6);
  CHECK(weekday_of(*parse_date("2026-11-23")) == 0);
}

TEST_CASE("dates and times of day are read as they are written, and nothing else") {
  CHECK(date_text(*parse_date("2028-02-29")) == "2028-02-29");
  for (const char* wrong : {"", "2027-02-29", "2026-13-01", "26-01-01", "2026-1-1", "1999-12-31", "2200-01-01",
                            "2026-01-01T00:00:00Z", "2026/01/01"})
    CHECK_FALSE_MESSAGE(parse_date(wrong), wrong);
  CHECK(parse_time_of_day("00:00") == 0);
  CHECK(parse_time_of_day("09:30") == 570);
  CHECK(parse_time_of_day("24:00") == 1440);
  for (const char* wrong : {"", "9:30", "09:60", "24:01", "25:00", "09-30", "0930", "09:3a", "09:300"})
    CHECK_FALSE_MESSAGE(parse_time_of_day(wrong), wrong);
}

TEST_CASE("a moment as the clock on the wall shows it") {
  const Timestamp moment = from_rfc3339("2026-11-20T23:45:00Z").value();
  CHECK(to_local_rfc3339(moment, 5 * hour + 45 * minute) == "2026-11-21T05:30:00+05:45");
  CHECK(to_local_rfc3339(moment, -(3 * hour + 30 * minute)) == "2026-11-20T20:15:00-03:30");
  CHECK(readable_time(moment, 0) == "Friday, 20 November 2026, 23:45");
  CHECK(readable_time(from_rfc3339("2027-01-03T09:00:00Z").value(), hour) == "Sunday, 3 January 2027, 10:00");
}
