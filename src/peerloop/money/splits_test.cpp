#include "peerloop/money/splits.h"

#include <array>
#include <numeric>
#include <random>

#include <doctest/doctest.h>

using namespace isthmus::peerloop;

namespace {

std::vector<std::int64_t> cents_of(const std::vector<Share>& shares) {
  std::vector<std::int64_t> cents;
  for (const Share& share : shares) cents.push_back(share.cents);
  return cents;
}

std::int64_t sum(std::span<const std::int64_t> cents) {
  return std::accumulate(cents.begin(), cents.end(), std::int64_t{0});
}

constexpr std::array both{InstructorType::creator, InstructorType::student_teacher};

}  // namespace

TEST_CASE("of 450 dollars the platform keeps 15 %, a creator gets 85 %, or 15 % beside a student-teacher's 70 %") {
  CHECK(split_price(45000, InstructorType::creator) ==
        std::vector<Share>{{RecipientType::platform, 6750}, {RecipientType::creator, 38250}});
  CHECK(split_price(45000, InstructorType::student_teacher) ==
        std::vector<Share>{
            {RecipientType::platform, 6750}, {RecipientType::creator, 6750}, {RecipientType::student_teacher, 31500}});
}

TEST_CASE("what rounding leaves over goes to the platform") {
  CHECK(split_price(99, InstructorType::creator) ==
        std::vector<Share>{{RecipientType::platform, 15}, {RecipientType::creator, 84}});
  CHECK(split_price(99, InstructorType::student_teacher) == std::vector<Share>{{RecipientType::platform, 16},
                                                                               {RecipientType::creator, 14},
                                                                               {RecipientType::student_teacher, 69}});
}

TEST_CASE("the shares of every price sum to it, and the platform never gets less than its part") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) {
    const auto price = i < 20'000 ? std::int64_t{50} + i : static_cast<std::int64_t>(50 + random() % 99'999'950);
    for (const InstructorType taught_by : both) {
      const auto shares = cents_of(split_price(price, taught_by));
      REQUIRE(sum(shares) == price);
      REQUIRE(shares[0] * 100 >= price * 15);
      REQUIRE(shares[0] * 100 < price * 15 + 200);
      for (const std::int64_t share : shares) REQUIRE(share >= 0);
    }
  }
}

TEST_CASE("a refund of any part of a price takes from each share in proportion, to the cent") {
  for (std::int64_t price = 50; price < 260; ++price) {
    for (const InstructorType taught_by : both) {
      const auto shares = cents_of(split_price(price, taught_by));
      std::vector<std::int64_t> before(shares.size());
      for (std::int64_t refunded = 0; refunded <= price; ++refunded) {
        const auto back = apportion_refund(shares, refunded);
        REQUIRE(sum(back) == refunded);
        for (std::size_t i = 0; i < shares.size(); ++i) {
          REQUIRE(back[i] >= before[i]);
          REQUIRE(back[i] * price >= shares[i] * refunded - price + 1);
          REQUIRE(back[i] * price <= shares[i] * refunded + price - 1);
          REQUIRE(back[i] <= shares[i]);
        }
        before = back;
      }
      REQUIRE(before == shares);
    }
  }
}

TEST_CASE("several partial refunds end where one of their sum ends") {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    const auto price = static_cast<std::int64_t>(50 + random() % 99'999'950);
    const auto shares = cents_of(split_price(price, both[random() % 2]));
    std::vector<std::int64_t> before(shares.size());
    std::int64_t refunded = 0;
    while (refunded < price) {
      refunded += 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(price - refunded));
      const auto back = apportion_refund(shares, refunded);
      REQUIRE(sum(back) == refunded);
      for (std::size_t k = 0; k < shares.size(); ++k) REQUIRE(back[k] >= before[k]);
      before = back;
    }
    REQUIRE(before == shares);
  }
}

TEST_CASE("nothing is refunded of nothing") {
  CHECK(apportion_refund(std::array<std::int64_t, 2>{0, 0}, 0) == std::vector<std::int64_t>{0, 0});
}
