#include "peerloop/auth/handle.h"

#include <doctest/doctest.h>

namespace isthmus::peerloop {

namespace {

const std::string drawn("\x00\x01\x02\x1a\xff\x24", 6);

std::string plain(std::string_view name) { return handles_for(name, drawn).plain; }

}  // namespace

TEST_CASE("a handle is the name in letters that anyone can type") {
  CHECK(plain("Ada Lovelace") == "ada_lovelace");
  CHECK(plain("  Zo\xC3\xAB \xC3\x85ngstr\xC3\xB6m ") == "zoe_angstrom");
  CHECK(plain("O'Brien-Smith, Jr.") == "obrien_smith_jr");
  CHECK(plain("\xC5\x81ukasz \xC5\xBB\xC3\xB3\xC5\x82w") == "lukasz_zolw");
  CHECK(plain("Zoe\xCC\x88 B") == "zoe_b");
  CHECK(plain("R2-D2") == "r2_d2");
}

TEST_CASE("a handle's length is what the database takes") {
  CHECK(plain(std::string(100, 'x')) == std::string(30, 'x'));
  CHECK(handles_for(std::string(100, 'x'), drawn).distinct.size() <= 40);
  CHECK(plain(std::string(29, 'x') + " y") == std::string(29, 'x'));
}

TEST_CASE("names without Latin letters, and names of the service, are made distinct at once") {
  for (const char* name : {"\xE5\xB1\xB1\xE7\x94\xB0", "Al", "\xF0\x9F\x98\x80\xF0\x9F\x98\x80", "__"}) {
    const auto choices = handles_for(name, drawn);
    CHECK(choices.plain == choices.distinct);
    CHECK(choices.plain.starts_with("user_"));
  }
  CHECK(plain("Support").starts_with("support_"));
  CHECK(plain("PeerLoop").starts_with("peerloop_"));
}

TEST_CASE("the suffix is drawn from letters and digits") {
  const std::string suffix = handles_for("Ada", drawn).distinct.substr(4);
  CHECK(suffix.size() == 6);
  CHECK(suffix.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos);
  CHECK(handles_for("Ada", "zzzzzz").distinct != handles_for("Ada", "yyyyyy").distinct);
}

}  // namespace isthmus::peerloop
