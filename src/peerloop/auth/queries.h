#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/database.h"

/// Every SQL statement about accounts and what proves who someone is. Rows name their columns in the order of SELECT.
namespace isthmus::peerloop::auth_queries {

struct AccountRow {
  std::string id;
  std::string name;
  std::string handle;
  std::string email;
  bool email_verified = false;
  std::string roles;  ///< a JSON list
  std::string bio;
  std::optional<std::string> avatar_url;
  std::string timezone;
  bool marketing_opt_out = false;
  Timestamp created_at;
  std::optional<std::string> password_hash;
  std::int64_t token_version = 1;
  bool suspended = false;
};

/// Deleted accounts are not found.
Statement account_by_email(std::string_view normalized_email);
Statement account_by_id(std::string_view user_id);

struct NewAccount {
  std::string id;
  std::string name;
  std::string email;
  std::string handle;           ///< taken where it is free
  std::string distinct_handle;  ///< taken otherwise
  std::string password_hash;
  std::string_view role;
};
/// Two statements, of which the first gives the handle that was taken.
std::vector<Statement> insert_account(const NewAccount& account, Timestamp now);

/// Replaces a hash by a better one of the same password, unless the password was changed meanwhile.
Statement replace_password_hash(std::string_view user_id, std::string_view former, std::string_view better);

struct NewSession {
  std::string id;
  std::string user_id;
  std::int64_t token_version = 1;  ///< as read with the password that was checked
  std::string user_agent;
  Timestamp expires_at;
};
/// What the database keeps of a pair of tokens.
struct TokenRecord {
  std::string refresh_hash;
  std::string access_id;
  Timestamp access_expires_at;
  Timestamp refresh_expires_at;
};
/// Opens a session, unless the account was deleted, suspended, or its password changed since it was read: then the
/// guard `state_changed` refuses.
std::vector<Statement> open_session(const NewSession& session, const TokenRecord& tokens, Timestamp now);

/// What a refresh came to.
struct RefreshRow {
  std::string user_id;
  std::int64_t token_version = 1;
  std::string roles;     ///< a JSON list
  bool is_ours = false;  ///< the token was exchanged for the new one, by this request
  bool was_used = false;
  bool suspended = false;
};
struct LiveToken {
  std::string id;  ///< the jti
  Timestamp expires_at;
};
/// Exchanges a refresh token for a new one: of parallel requests exactly one does, since the UPDATE finds the token
/// unused only once. A token that was used before ends its family. The result sets that matter are named below; sent
/// again after a lost answer, the batch changes nothing more and answers the same.
std::vector<Statement> rotate_refresh_token(std::string_view used_hash, const TokenRecord& next, Timestamp now);
inline constexpr std::size_t rotated_row = 4;        ///< a RefreshRow, or nothing for a token that we never issued
inline constexpr std::size_t rotated_to_revoke = 5;  ///< LiveToken rows of a family that this batch has ended

/// Gives the session's id where it was live and the user's. Behind it: the access tokens to revoke, the newest hundred,
/// which only a session that was refreshed in a tight loop exceeds; its others fail wherever the database is asked.
std::vector<Statement> end_session(std::string_view session_id, std::string_view user_id, std::string_view reason,
                                   Timestamp now);

/// Ends every session of a user, for one of the reasons of the schema.
Statement end_all_sessions(std::string_view user_id, std::string_view reason, Timestamp now);
/// From now on the access tokens that are out change nothing any more; a refresh gives new ones.
Statement raise_token_version(std::string_view user_id, Timestamp now);
/// `LiveToken`s: the latest hundred access tokens of a user that have not expired.
Statement live_access_tokens(std::string_view user_id, Timestamp now);

/// Gives the roles and the session's id, if the session that issued this access token is live.
Statement live_session(std::string_view user_id, std::string_view access_id, std::int64_t token_version, Timestamp now);

/// A page of the user's live sessions, newest first, as JSON rows; one more than `limit`.
Statement list_sessions(std::string_view user_id, std::string_view current_access_id, std::int64_t limit,
                        std::optional<Timestamp> before, std::string_view before_id, Timestamp now);

enum class Purpose { verify_email, reset_password };

struct MailedToken {
  std::string hash;
  Purpose purpose = Purpose::verify_email;
  Timestamp expires_at;
};
Statement insert_mailed_token(const MailedToken& token, std::string_view user_id, std::string_view email,
                              Timestamp now);

/// For a user who is not verified; refuses with the guard `state_changed` where there is none.
std::vector<Statement> insert_verification_token(const MailedToken& token, std::string_view user_id, Timestamp now);

/// For whoever has this address, if anyone has: no row for an unknown or suspended account, nor for one that was sent
/// `most` of them since `since`.
Statement insert_reset_token(const MailedToken& token, std::string_view normalized_email, std::int64_t most,
                             Timestamp since, Timestamp now);

/// What is known of a mailed token.
struct MailedTokenRow {
  std::string email;
  Timestamp expires_at;
  bool used = false;
};
Statement mailed_token(std::string_view hash, Purpose purpose);

/// Marks the token as used and the address as verified. The first result set has a row if it could be.
std::vector<Statement> verify_email(std::string_view hash, Timestamp now);

/// Uses the token, sets the password, ends every session and every other reset token of the user. The guard
/// `token_used` refuses where the token can not be used. The last result set has the access tokens to revoke.
std::vector<Statement> reset_password(std::string_view hash, std::string_view password_hash, Timestamp now);

}  // namespace isthmus::peerloop::auth_queries
