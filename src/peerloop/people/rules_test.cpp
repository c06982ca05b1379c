#include "peerloop/people/rules.h"

#include <doctest/doctest.h>

using namespace isthmus;
using namespace isthmus::peerloop;

TEST_CASE("a time zone is a name that the IANA knows") {
  for (const char* name : {"Europe/Lisbon", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+3", "Asia/Calcutta",
                           "America/Port-au-Prince", "EST5EDT", "Pacific/Pago_Pago", "Africa/Abidjan", "Zulu"})
    CHECK_MESSAGE(is_time_zone(name), name);
  for (const char* name : {"", "/", "Europe", "Europe/", "Europe/Lisbo", "europe/lisbon", "Lisbon", "Factory",
                           "Europe/Lisbon ", "Europe/Lisbon Madrid", "America/Argentina", " UTC", "UTC ", "+02:00"})
    CHECK_FALSE_MESSAGE(is_time_zone(name), name);
}

TEST_CASE("a handle has lower-case letters, digits and underscores") {
  const auto accepts = [](std::string text) {
    Problems problems;
    handle.check(text, problems);
    return problems.empty();
  };
  for (const char* text : {"ada", "ada_lovelace", "___", "007", "a23456789012345678901234567890123456789_"})
    CHECK_MESSAGE(accepts(text), text);
  for (const char* text :
       {"", "ab", "Ada", "ada-l", "ada.l", "ad a", "adä", "a23456789012345678901234567890123456789_1"})
    CHECK_FALSE_MESSAGE(accepts(text), text);
}
