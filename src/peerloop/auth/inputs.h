#pragma once

#include <optional>
#include <string>

#include "http/pagination.h"
#include "peerloop/auth/account.h"

/// What the routes of /api/auth take and answer.
namespace isthmus::peerloop {

enum class SignupRole { student, creator };
constexpr auto schema(SignupRole*) {
  return one_of(EnumName{"student", SignupRole::student}, EnumName{"creator", SignupRole::creator});
}

/// A password that is being chosen.
inline constexpr Length password_length = length(8, 128);
/// A password that is being tried: any that an older rule may have let in, as long as it can be hashed.
inline constexpr Length tried_password_length = length(1, 256);
inline constexpr Length token_length = length(1, 128);

struct Signup {
  std::string name, email, password;
  SignupRole role = SignupRole::student;
};
constexpr auto schema(Signup*) {
  return object("Signup", field("name", &Signup::name, trimmed, length(2, 100), example("Ada Lovelace")),
                field("email", &Signup::email, email_address), field("password", &Signup::password, password_length),
                field("role", &Signup::role));
}
constexpr std::string_view example_of(Signup*) {
  return R"({"name":"Ada Lovelace","email":"ada@example.com","password":"pebbles-in-a-stream","role":"student"})";
}

struct Login {
  std::string email, password;
};
constexpr auto schema(Login*) {
  return object("Login", field("email", &Login::email, email_address),
                field("password", &Login::password, tried_password_length));
}
constexpr std::string_view example_of(Login*) {
  return R"({"email":"ada@example.com","password":"pebbles-in-a-stream"})";
}

struct Refresh {
  std::string refreshToken;
};
constexpr auto schema(Refresh*) {
  return object("Refresh", field("refreshToken", &Refresh::refreshToken, token_length));
}
constexpr std::string_view example_of(Refresh*) {
  return R"({"refreshToken":"u8pQm2Jx0Zr4c6Vt1Yb7Nd9Kf3Hs5Lg0Aw2Ee4Rr6Tt"})";
}

struct EmailVerification {
  std::string token;
};
constexpr auto schema(EmailVerification*) {
  return object("EmailVerification",
                field("token", &EmailVerification::token, token_length, described("From the mailed link")));
}
constexpr std::string_view example_of(EmailVerification*) {
  return R"({"token":"q3VYcWJ1b2x0aW1lLW9ubHktb25jZS1hbmQtbm90LWFnYWlu"})";
}

struct PasswordResetRequest {
  std::string email;
};
constexpr auto schema(PasswordResetRequest*) {
  return object("PasswordResetRequest", field("email", &PasswordResetRequest::email, email_address));
}
constexpr std::string_view example_of(PasswordResetRequest*) { return R"({"email":"ada@example.com"})"; }

struct PasswordReset {
  std::string token, password;
};
constexpr auto schema(PasswordReset*) {
  return object("PasswordReset", field("token", &PasswordReset::token, token_length, described("From the mailed link")),
                field("password", &PasswordReset::password, password_length));
}
constexpr std::string_view example_of(PasswordReset*) {
  return R"({"token":"q3VYcWJ1b2x0aW1lLW9ubHktb25jZS1hbmQtbm90LWFnYWlu","password":"stepping-stones-home"})";
}

struct SessionsQuery {
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(SessionsQuery*) {
  return object("SessionsQuery", field("limit", &SessionsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &SessionsQuery::cursor));
}

struct TokenPair {
  std::string accessToken;
  std::string refreshToken;
  std::int64_t expiresIn = 0;
};
constexpr auto schema(TokenPair*) {
  return object("TokenPair", field("accessToken", &TokenPair::accessToken),
                field("refreshToken", &TokenPair::refreshToken,
                      described("Good for one refresh. Using it twice ends the session.")),
                field("expiresIn", &TokenPair::expiresIn, described("Seconds that the access token lives")));
}

struct SignedIn {
  Account user;
  std::string accessToken;
  std::string refreshToken;
  std::int64_t expiresIn = 0;
};
constexpr auto schema(SignedIn*) {
  return object("SignedIn", field("user", &SignedIn::user), field("accessToken", &SignedIn::accessToken),
                field("refreshToken", &SignedIn::refreshToken,
                      described("Good for one refresh. Using it twice ends the session.")),
                field("expiresIn", &SignedIn::expiresIn, described("Seconds that the access token lives")));
}

struct EmailVerified {
  bool verified = true;
};
constexpr auto schema(EmailVerified*) { return object("EmailVerified", field("verified", &EmailVerified::verified)); }

struct Accepted {
  bool accepted = true;
};
constexpr auto schema(Accepted*) { return object("Accepted", field("accepted", &Accepted::accepted)); }

/// A device that is signed in.
struct DeviceSession {
  std::string id;
  std::string userAgent;
  Timestamp createdAt;
  Timestamp lastUsedAt;
  Timestamp expiresAt;
  bool current = false;
};
constexpr auto schema(DeviceSession*) {
  return object("DeviceSession", field("id", &DeviceSession::id), field("userAgent", &DeviceSession::userAgent),
                field("createdAt", &DeviceSession::createdAt), field("lastUsedAt", &DeviceSession::lastUsedAt),
                field("expiresAt", &DeviceSession::expiresAt),
                field("current", &DeviceSession::current, described("The one that asks")));
}
ISTHMUS_PAGE(DeviceSession)

}  // namespace isthmus::peerloop
