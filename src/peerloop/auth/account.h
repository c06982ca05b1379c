#pragma once

#include <optional>
#include <string>

#include "json/schema.h"

namespace isthmus::peerloop {

/// What users see of their own account. (Others see the public profile.)
struct Account {
  std::string id;
  std::string name;
  std::string handle;
  std::string email;
  bool emailVerified = false;
  RawList<std::string> roles;
  std::string bio;
  std::optional<std::string> avatarUrl;
  std::string timezone;
  bool marketingOptOut = false;
  Timestamp createdAt;
};
constexpr auto schema(Account*) {
  return object("Account", field("id", &Account::id), field("name", &Account::name), field("handle", &Account::handle),
                field("email", &Account::email), field("emailVerified", &Account::emailVerified),
                field("roles", &Account::roles), field("bio", &Account::bio), field("avatarUrl", &Account::avatarUrl),
                field("timezone", &Account::timezone), field("marketingOptOut", &Account::marketingOptOut),
                field("createdAt", &Account::createdAt));
}

}  // namespace isthmus::peerloop
