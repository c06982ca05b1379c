#include "base/time.h"

#include <doctest/doctest.h>

using namespace isthmus;

TEST_CASE("a moment is written in UTC with milliseconds") {
  CHECK(to_rfc3339({0}) == "1970-01-01T00:00:00.000Z");
  CHECK(to_rfc3339({1'795'167'000'123}) == "2026-11-20T09:30:00.123Z");
  CHECK(to_rfc3339({-1}) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("what was written is read back") {
  for (const std::int64_t ms : {0LL, 1'795'167'000'123LL, -62'000'000'000'000LL, 253'402'300'799'999LL})
    CHECK(from_rfc3339(to_rfc3339({ms})) == Timestamp{ms});
}

TEST_CASE("offsets are honoured, also odd ones") {
  CHECK(from_rfc3339("2026-11-20T15:15:00+05:45") == from_rfc3339("2026-11-20T09:30:00Z"));
  CHECK(from_rfc3339("2026-11-20T06:00:00-03:30") == from_rfc3339("2026-11-20T09:30:00Z"));
}

TEST_CASE("what is no moment is refused") {
  for (const char* text :
       {"", "2026", "2026-02-30T00:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T09:60:00Z", "2026-11-20T09:30:60Z",
        "2026-11-20T09:30:00", "2026-11-20T09:30:00.Z", "2026-11-20T09:30:00+24:00", "2026-11-20T09:30:00Zx",
        "0000-01-01T00:00:00Z", "2026-11-20T09:30:00.1234567890Z", "+026-11-20T09:30:00Z"})
    CHECK_MESSAGE(!from_rfc3339(text), text);
}

TEST_CASE("moments that no four digits can write are refused") {
  CHECK(from_rfc3339("0001-01-01T00:00:00Z").has_value());
  CHECK(from_rfc3339("9999-12-31T23:59:59.999Z").has_value());
  CHECK_FALSE(from_rfc3339("0001-01-01T00:00:00+00:01").has_value());
  CHECK_FALSE(from_rfc3339("9999-12-31T23:59:59-00:01").has_value());
}
