#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/input.h"
#include "http/pagination.h"

/// The accounts, as administrators see and change them.
namespace isthmus::peerloop {

enum class Role { student, creator, student_teacher, moderator, admin };
constexpr auto schema(Role*) {
  return one_of(EnumName{"student", Role::student}, EnumName{"creator", Role::creator},
                EnumName{"studentTeacher", Role::student_teacher}, EnumName{"moderator", Role::moderator},
                EnumName{"admin", Role::admin});
}

enum class AccountState { active, suspended, deleted };
constexpr auto schema(AccountState*) {
  return one_of(EnumName{"active", AccountState::active}, EnumName{"suspended", AccountState::suspended},
                EnumName{"deleted", AccountState::deleted});
}

/// What SQLite writes (see `queries.cpp`).
struct AdminUser {
  std::string id, name, handle, email;
  bool emailVerified = false;
  std::string emailStatus;
  std::vector<Role> roles;
  AccountState state = AccountState::active;
  std::string stripeAccountStatus;
  std::int64_t enrollmentCount = 0;
  std::optional<Timestamp> lastSeenAt;
  Timestamp createdAt;
};
constexpr auto schema(AdminUser*) {
  return object(
      "AdminUser", field("id", &AdminUser::id), field("name", &AdminUser::name), field("handle", &AdminUser::handle),
      field("email", &AdminUser::email), field("emailVerified", &AdminUser::emailVerified),
      field("emailStatus", &AdminUser::emailStatus), field("roles", &AdminUser::roles),
      field("state", &AdminUser::state), field("stripeAccountStatus", &AdminUser::stripeAccountStatus),
      field("enrollmentCount", &AdminUser::enrollmentCount, described("As a student, whatever became of them")),
      field("lastSeenAt", &AdminUser::lastSeenAt, described("When a session was last begun or renewed")),
      field("createdAt", &AdminUser::createdAt));
}
ISTHMUS_PAGE(AdminUser)

struct UsersQuery {
  std::optional<std::string> q;
  std::optional<Role> role;
  std::optional<AccountState> state;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(UsersQuery*) {
  return object("UsersQuery",
                field("q", &UsersQuery::q, trimmed, length(2, 254),
                      described("An id, or how an e-mail address, a handle or a name begins")),
                field("role", &UsersQuery::role), field("state", &UsersQuery::state),
                field("limit", &UsersQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &UsersQuery::cursor));
}

/// What may be said of an address: that mails arrive there again.
enum class AddressRepair { ok };
constexpr auto schema(AddressRepair*) { return one_of(EnumName{"ok", AddressRepair::ok}); }

struct UserChange {
  std::optional<std::vector<Role>> roles;
  std::optional<bool> suspended;
  std::optional<AddressRepair> emailStatus;
  std::optional<std::string> reason;
};
constexpr auto schema(UserChange*) {
  return object(
      "UserChange", field("roles", &UserChange::roles, items(0, 5), described("All roles that the account shall have")),
      field("suspended", &UserChange::suspended, described("Suspending ends every session at once")),
      field("emailStatus", &UserChange::emailStatus,
            described("Mails go to the address again that came back once. Where the mail provider keeps it on "
                      "a list of its own, it must be taken off there as well")),
      field("reason", &UserChange::reason, length(0, 500), described("For the audit log; no personal data")));
}
constexpr std::string_view example_of(UserChange*) { return R"({"suspended":true,"reason":"Chargeback fraud"})"; }

Task<Result<Response>> list_users(Request& request, UsersQuery query);
Task<Result<Response>> change_user(Request& request, UserChange change);

}  // namespace isthmus::peerloop
