#pragma once

#include "peerloop/money/connect/connect.h"
#include "peerloop/money/earnings.h"
#include "peerloop/money/payouts/due.h"
#include "peerloop/money/payouts/pay.h"
#include "peerloop/money/records.h"
#include "peerloop/money/refunds/request.h"
#include "peerloop/money/statement.h"

namespace isthmus::peerloop {

inline constexpr auto money_routes = table(
    // clang-format off
    get("/api/earnings").summary("What you earned by teaching").tag("money")
        .limit(flood_only).query<EarningsQuery>().open_to(role("studentTeacher", "creator"))
        .answers<Earnings>().run<show_earnings>(),
    get("/api/earnings/statement").summary("A month of your account with us, as CSV").tag("money")
        .limit(flood_only).query<StatementQuery>().open_to(role("studentTeacher", "creator"))
        .answers_bytes("text/csv").run<show_statement>(),
    post("/api/payments/connect/onboard").summary("Open the page on which the payment provider gets to know you").tag("money")
        .limit(20, per_hour).body<Onboard>().open_to(role("studentTeacher", "creator"))
        .conflicts("account_rejected").answers<OnboardingPage>().run<onboard>(),
    get("/api/payments/connect/status").summary("How your account at the payment provider stands").tag("money")
        .limit(flood_only).no_input().open_to(role("studentTeacher", "creator"))
        .answers<ConnectStatus>().run<show_connect_status>(),
    post("/api/enrollments/:id/refund").summary("Ask for all that is left of your payment").tag("money")
        .limit(flood_only).body<AskRefund>().open_to(owner_of("enrollment", own_enrollment))
        .conflicts("not_paid", "already_refunded", "disputed").takes_idempotency_key()
        .answers<RequestedRefund>(202).run<ask_refund>(),
    get("/api/admin/refunds").summary("Refunds that were asked for, newest first").tag("admin")
        .limit(flood_only).query<RefundsQuery>().open_to(role("admin")).answers<Page<RefundEntry>>().run<list_refunds>(),
    get("/api/admin/disputes").summary("Disputes, the open ones first").tag("admin")
        .limit(flood_only).query<DisputesQuery>().open_to(role("admin")).answers<Page<DisputeEntry>>()
        .run<list_disputes>(),
    post("/api/admin/refunds").summary("Refund a payment, or a part of it").tag("admin")
        .limit(flood_only).body<AdminRefund>().open_to(role("admin"))
        .conflicts("not_paid", "already_refunded", "disputed", "refund_too_large").takes_idempotency_key()
        .answers<RequestedRefund>(202).run<refund_as_admin>(),
    get("/api/admin/payouts").summary("What is due to whom, and what stands in the way").tag("admin")
        .limit(flood_only).query<PayoutsQuery>().open_to(role("admin")).answers<Page<PayoutDue>>().run<list_payouts_due>(),
    post("/api/admin/payouts").summary("Pay approved shares out").tag("admin")
        .limit(flood_only).body<PayOut>().open_to(role("admin"))
        .conflicts("already_paid", "not_due", "payouts_disabled", "nothing_due").takes_idempotency_key()
        .answers<RequestedPayout>(201).run<pay_out>(),
    get("/api/admin/books").summary("A month of the platform's ledger, as CSV").tag("admin")
        .limit(flood_only).query<StatementQuery>().open_to(role("admin")).answers_bytes("text/csv").run<show_books>()
    // clang-format on
);

}  // namespace isthmus::peerloop
