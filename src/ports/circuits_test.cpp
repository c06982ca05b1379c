#include "ports/circuits.h"

#include <doctest/doctest.h>

using namespace isthmus;

namespace {

constexpr Timestamp start{1'790'000'000'000};

Circuit an_open_one() {
  Circuit circuit;
  for (int i = 0; i < Circuit::failures_to_open; ++i) circuit.failed(start);
  return circuit;
}

}  // namespace

TEST_CASE("a few failures, or many with a success between, leave a circuit closed") {
  Circuit circuit;
  for (int i = 0; i < 20; ++i) {
    for (int k = 1; k < Circuit::failures_to_open; ++k) circuit.failed(start);
    CHECK(circuit.lets_through(start));
    circuit.succeeded();
  }
}

TEST_CASE("an open circuit lets one call through after its pause, and closes when that succeeds") {
  Circuit circuit = an_open_one();
  CHECK(!circuit.lets_through(start));
  CHECK(circuit.seconds_left(start) == Circuit::first_pause / second);
  CHECK(!circuit.lets_through(start + Circuit::first_pause - 1));
  const Timestamp later = start + Circuit::first_pause;
  CHECK(circuit.lets_through(later));
  CHECK(!circuit.lets_through(later));
  circuit.succeeded();
  CHECK(circuit.lets_through(later));
}

TEST_CASE("each failed try doubles the pause, up to the longest") {
  Circuit circuit = an_open_one();
  Timestamp at = start;
  Millis pause = Circuit::first_pause;
  for (int i = 0; i < 8; ++i) {
    CHECK(!circuit.lets_through(at + pause - 1));
    at = at + pause;
    REQUIRE(circuit.lets_through(at));
    circuit.failed(at);
    pause = pause * 2 < Circuit::longest_pause ? pause * 2 : Circuit::longest_pause;
  }
}

TEST_CASE("calls that were under way when it opened do not keep it open longer") {
  Circuit circuit = an_open_one();
  for (int i = 0; i < 50; ++i) circuit.failed(start + 5 * second);
  CHECK(circuit.lets_through(start + Circuit::first_pause));
}

TEST_CASE("a try whose outcome nobody hears of is followed by another") {
  Circuit circuit = an_open_one();
  CHECK(circuit.lets_through(start + Circuit::first_pause));
  CHECK(circuit.lets_through(start + 2 * Circuit::first_pause));
}

TEST_CASE("each provider has its own circuit") {
  Circuits circuits;
  for (int i = 0; i < Circuit::failures_to_open; ++i) circuits.of("stripe").failed(start);
  CHECK(!circuits.of("stripe").lets_through(start));
  CHECK(circuits.of("resend").lets_through(start));
}
