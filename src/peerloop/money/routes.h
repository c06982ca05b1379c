#pragma once

#include "peerloop/money/earnings.h"

namespace isthmus::peerloop {

inline constexpr auto money_routes = table(
    // clang-format off
    get("/api/earnings").summary("What you earned by teaching").tag("money")
        .limit(flood_only).query<EarningsQuery>().open_to(role("studentTeacher", "creator"))
        .answers<Earnings>().run<show_earnings>()
    // clang-format on
);

}  // namespace isthmus::peerloop
