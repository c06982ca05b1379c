#include "peerloop/money/splits.h"

#include <numeric>

namespace isthmus::peerloop {

std::vector<Share> split_price(std::int64_t price_cents, InstructorType taught_by) {
  if (taught_by == InstructorType::creator) {
    const std::int64_t creator = price_cents * 85 / 100;
    return {{RecipientType::platform, price_cents - creator}, {RecipientType::creator, creator}};
  }
  const std::int64_t creator = price_cents * 15 / 100;
  const std::int64_t teacher = price_cents * 70 / 100;
  return {{RecipientType::platform, price_cents - creator - teacher},
          {RecipientType::creator, creator},
          {RecipientType::student_teacher, teacher}};
}

std::vector<std::int64_t> apportion_refund(std::span<const std::int64_t> shares, std::int64_t refunded_cents) {
  // With up to three shares Webster's method stays between the proportion rounded down and rounded up: it begins with
  // the former and gives each cent that is left to the share whose next one comes first. Amounts are below 10^8 cents,
  // so that no product here leaves 64 bits.
  const std::int64_t whole = std::accumulate(shares.begin(), shares.end(), std::int64_t{0});
  std::vector<std::int64_t> back(shares.size());
  std::int64_t left = refunded_cents;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    back[i] = whole == 0 ? 0 : shares[i] * refunded_cents / whole;
    left -= back[i];
  }
  for (; left > 0; --left) {
    std::optional<std::size_t> next;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      if (back[i] == shares[i]) continue;
      // (2 back + 1) / share, compared without a division; the first of equals wins.
      if (!next || (2 * back[i] + 1) * shares[*next] < (2 * back[*next] + 1) * shares[i]) next = i;
    }
    if (!next) break;
    ++back[*next];
  }
  return back;
}

}  // namespace isthmus::peerloop
