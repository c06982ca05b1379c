#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "json/schema.h"

/// Who gets what of a price, and who gives back what of a refund. Whole cents, no rounding error anywhere.
namespace isthmus::peerloop {

enum class InstructorType { creator, student_teacher };
constexpr auto schema(InstructorType*) {
  return one_of(EnumName{"creator", InstructorType::creator},
                EnumName{"student_teacher", InstructorType::student_teacher});
}

enum class RecipientType { platform, creator, student_teacher };
constexpr auto schema(RecipientType*) {
  return one_of(EnumName{"platform", RecipientType::platform}, EnumName{"creator", RecipientType::creator},
                EnumName{"student_teacher", RecipientType::student_teacher});
}

struct Share {
  RecipientType recipient;
  std::int64_t cents;
  bool operator==(const Share&) const = default;
};

/// The shares of a price, the platform's first: 15 % platform and 85 % creator, or where a student-teacher teaches 15 %
/// platform, 15 % creator and 70 % student-teacher. What rounding leaves over is the platform's; the shares sum to the
/// price.
std::vector<Share> split_price(std::int64_t price_cents, InstructorType taught_by);

/// How much of each share is given back when `refunded_cents` of the whole (0 to their sum) have been refunded in all.
///
/// The result depends on the total alone, not on the steps that led to it; it sums to the total; it is what the share's
/// proportion asks for, rounded up or down; and it never shrinks when the total grows, so that nothing that was given
/// back must be handed out again. (Webster's method of apportionment. Plain rounding fails: two people can not each
/// give back half of one cent.)
std::vector<std::int64_t> apportion_refund(std::span<const std::int64_t> shares, std::int64_t refunded_cents);

}  // namespace isthmus::peerloop
