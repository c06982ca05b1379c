#pragma once

#include <string>
#include <string_view>

#include "native/server.h"

namespace isthmus::native {

/// Someone who signed up: `server.get("/api/auth/me", ada)`.
struct Account {
  std::string id;
  std::string email;
  std::string access_token;
  std::string refresh_token;
  Caller caller;

  // NOLINTNEXTLINE(google-explicit-constructor): an account is a caller.
  operator const Caller&() const { return caller; }
};

/// The whole program with its settings, and a mail provider that takes every mail.
class PeerloopServer : public TestServer {
 public:
  explicit PeerloopServer(std::uint64_t seed = 1);

  static constexpr std::string_view password = "a long sentence of my own";

  /// Signs up "{name}@example.org" from a network of its own.
  Account sign_up(std::string_view name, std::string_view role = "student");
  /// Signs in from a network of its own.
  Reply sign_in(std::string_view email, std::string_view with_password = password);
  /// What a sign-in or sign-up answered, as an account.
  Account account_of(const Reply& reply);
  Reply refresh(std::string_view refresh_token);

  /// A caller from a network that nobody else uses, so that rate limits do not get in the way.
  Caller stranger();

  /// What was mailed, in order: the bodies sent to the provider.
  std::vector<Json> mails() const;
  /// The token in the link of the newest mail.
  std::string mailed_token() const;
  /// Runs cron once.
  void run_cron();

 private:
  int networks_ = 0;
};

}  // namespace isthmus::native
