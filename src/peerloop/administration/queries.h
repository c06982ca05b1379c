#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "peerloop/administration/analytics.h"
#include "peerloop/administration/records.h"
#include "peerloop/administration/users.h"
#include "ports/database.h"

/// The SQL of administration.
namespace isthmus::peerloop::administration_queries {

/// `ListedRow`s of `AdminUser`, newest first.
Statement select_users(const UsersQuery& query, const std::optional<Place>& after);
/// One `AdminUser` as JSON.
Statement select_user(std::string_view user_id);
/// `guard:not_found` where there is no such account, or it was deleted.
Statement guard_account_exists(std::string_view user_id);
/// `guard:state_changed` where what stands before it left nobody who could administer.
Statement guard_admin_left();
/// `roles` is a JSON list: all that the account shall have.
std::vector<Statement> set_roles(std::string_view user_id, std::string roles, std::string_view granted_by,
                                 Timestamp now);
/// Mails go to the account's address again.
Statement repair_address(std::string_view user_id, Timestamp now);
Statement set_suspended(std::string_view user_id, bool suspended, Timestamp now);

Statement select_audit(const AuditQuery& query, const std::optional<Place>& after);

Statement select_outbox(const OutboxQuery& query, const std::optional<Place>& after);
Statement select_outbox_entry(std::string_view id);
/// `guard:not_found`, or `guard:state_changed` where the row is not dead.
std::vector<Statement> revive_outbox(std::string_view id, Timestamp now);

Statement select_webhooks(const WebhooksQuery& query, const std::optional<Place>& after);
/// Lets an event be claimed again that had no effect. `guard:not_found`, `guard:already_processed` where it had one,
/// `guard:state_changed` where its body is not kept any more.
std::vector<Statement> reopen_event(std::string_view provider, std::string_view event_id);
Statement body_of_event(std::string_view provider, std::string_view event_id);

/// One `Analytics` as JSON, of what began between the two moments.
Statement select_analytics(Timestamp from, Timestamp to);
/// One `ServiceCounters` as JSON.
Statement select_counters(Timestamp now);

}  // namespace isthmus::peerloop::administration_queries
