#include "crypto/key_ring.h"

#include <optional>
#include <vector>

#include <doctest/doctest.h>

using namespace isthmus::crypto;

namespace {

std::optional<KeyRingError> mistake(std::vector<KeyRing::Secret> secrets) {
  const auto ring = KeyRing::create(secrets);
  return ring ? std::nullopt : std::optional(ring.error());
}

const std::string long_enough(32, 'k');

}  // namespace

TEST_CASE("a key ring signs with the first key and finds every one") {
  const std::vector<KeyRing::Secret> secrets = {{"2026-11", long_enough}, {"2026-10", std::string(64, 'o')}};
  const auto ring = KeyRing::create(secrets);
  REQUIRE(ring.has_value());
  CHECK(ring->newest().id == "2026-11");
  CHECK(ring->find("2026-10") == &ring->keys()[1]);
  CHECK(ring->find("2026-1") == nullptr);
  CHECK(ring->find("") == nullptr);
}

TEST_CASE("a key ring is not made of weak, nameless or doubled keys") {
  CHECK(mistake({}) == KeyRingError::empty);
  CHECK(mistake({{"a", std::string(31, 'k')}}) == KeyRingError::key_too_short);
  CHECK(mistake({{"a", long_enough}, {"b", ""}}) == KeyRingError::key_too_short);
  CHECK(mistake({{"", long_enough}}) == KeyRingError::bad_key_id);
  CHECK(mistake({{"a\"b", long_enough}}) == KeyRingError::bad_key_id);
  CHECK(mistake({{"../x", long_enough}}) == KeyRingError::bad_key_id);
  CHECK(mistake({{std::string(65, 'a'), long_enough}}) == KeyRingError::bad_key_id);
  CHECK(mistake({{"a", long_enough}, {"a", std::string(32, 'x')}}) == KeyRingError::duplicate_key_id);
  CHECK(mistake({{std::string(64, 'a'), long_enough}}) == std::nullopt);
}
