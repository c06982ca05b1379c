#include "peerloop/scheduling/zone.h"

#include <doctest/doctest.h>

#include "peerloop/people/rules.h"

using namespace isthmus;
using namespace isthmus::peerloop;

namespace {

Timestamp at(const char* text) { return from_rfc3339(text).value(); }

Millis offset(const char* zone, const char* moment) { return Zone::named(zone).value().offset_at(at(moment)); }

}  // namespace

TEST_CASE("a zone's offset at a moment") {
  CHECK(offset("UTC", "2026-07-01T00:00:00Z") == 0);
  CHECK(offset("Europe/Lisbon", "2026-03-29T00:59:59Z") == 0);
  CHECK(offset("Europe/Lisbon", "2026-03-29T01:00:00Z") == hour);
  CHECK(offset("America/St_Johns", "2026-12-01T00:00:00Z") == -(3 * hour + 30 * minute));
  CHECK(offset("Pacific/Chatham", "2026-12-01T00:00:00Z") == 13 * hour + 45 * minute);
  CHECK(offset("Asia/Kathmandu", "2049-12-31T23:59:59Z") == 5 * hour + 45 * minute);
  // Old spellings are zones as well.
  CHECK(offset("Asia/Calcutta", "2026-12-01T00:00:00Z") == 5 * hour + 30 * minute);
  CHECK(offset("Zulu", "2026-12-01T00:00:00Z") == 0);
}

TEST_CASE("a name that is none is no zone") {
  for (const char* name : {"", "Europe", "Europe/", "/Lisbon", "Lisbon", "europe/lisbon", "Europe/Lisbon ", "+01:00"})
    CHECK_FALSE_MESSAGE(Zone::named(name).has_value(), name);
  CHECK(time_zone_position("CET") == 0);
  CHECK(time_zone_position("Zulu").has_value());
}

TEST_CASE("what clocks do between two moments begins where it is asked to") {
  const Zone berlin = Zone::named("Europe/Berlin").value();
  const Clock year = berlin.clock(at("2027-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"));
  REQUIRE(year.size() == 3);
  CHECK(year[0].begins <= at("2027-01-01T00:00:00Z"));
  CHECK(year[0].offset == hour);
  CHECK(year[1].begins == at("2027-03-28T01:00:00Z"));
  CHECK(year[1].offset == 2 * hour);
  CHECK(year[2].begins == at("2027-10-31T01:00:00Z"));
  CHECK(offset_at(year, at("2027-03-28T00:59:59.999Z")) == hour);
  CHECK(offset_at(year, at("2027-03-28T01:00:00Z")) == 2 * hour);
  CHECK(berlin.clock(at("2027-07-01T00:00:00Z"), at("2027-07-02T00:00:00Z")).size() == 1);
  // Before the table and behind it a zone keeps what it has.
  CHECK(berlin.offset_at(at("2020-07-01T00:00:00Z")) == hour);
  CHECK(berlin.clock(at("2020-01-01T00:00:00Z"), at("2021-01-01T00:00:00Z")).front().begins ==
        at("2020-01-01T00:00:00Z"));
  CHECK(berlin.offset_at(at("2080-07-01T00:00:00Z")) == hour);
}
