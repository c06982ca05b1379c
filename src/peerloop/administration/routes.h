#pragma once

#include "peerloop/administration/analytics.h"
#include "peerloop/administration/records.h"
#include "peerloop/administration/users.h"
#include "peerloop/webhooks/events.h"

namespace isthmus::peerloop {

// clang-format off: a row reads as a sentence.
inline constexpr auto administration_routes = table(
    get("/api/admin/users").summary("Find accounts, newest first").tag("administration")
        .limit(flood_only).query<UsersQuery>().open_to(role("admin")).answers<Page<AdminUser>>().run<list_users>(),
    patch("/api/admin/users/:id").summary("Give and take roles, suspend, reinstate, write to the address again").tag("administration")
        .limit(flood_only).body<UserChange>().open_to(role("admin")).conflicts("own_account", "last_admin").answers<AdminUser>()
        .run<change_user>(),

    get("/api/admin/analytics").summary("Money, conversion and completion of a period").tag("administration")
        .limit(flood_only).query<AnalyticsQuery>().open_to(role("admin")).answers<Analytics>().run<show_analytics>(),
    get("/api/admin/counters").summary("What an operator looks at first").tag("administration")
        .limit(flood_only).no_input().open_to(role("admin")).answers<ServiceCounters>().run<show_counters>(),
    get("/api/admin/audit").summary("Privileged acts, newest first").tag("administration")
        .limit(flood_only).query<AuditQuery>().open_to(role("admin")).answers<Page<AuditEntry>>().run<list_audit>(),

    get("/api/admin/outbox").summary("Side effects: dead, waiting or delivered").tag("administration")
        .limit(flood_only).query<OutboxQuery>().open_to(role("admin")).answers<Page<OutboxEntry>>().run<list_outbox>(),
    post("/api/admin/outbox/:id/retry").summary("Try a dead side effect again").tag("administration")
        .limit(flood_only).no_input().open_to(role("admin")).conflicts("not_dead").answers<OutboxEntry>()
        .run<retry_outbox>(),
    get("/api/admin/webhooks").summary("Events that came in, newest first").tag("administration")
        .limit(flood_only).query<WebhooksQuery>().open_to(role("admin")).answers<Page<WebhookEntry>>()
        .run<list_webhooks>(),
    post("/api/admin/webhooks/:id/replay").summary("Process an event again that had no effect").tag("administration")
        .limit(flood_only).no_input().open_to(role("admin")).conflicts("already_processed", "body_removed")
        .answers<WebhookReceipt>().run<replay_webhook>());
// clang-format on

}  // namespace isthmus::peerloop
