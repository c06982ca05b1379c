#pragma once

#include "http/input.h"
#include "peerloop/auth/handlers.h"

namespace isthmus::peerloop {

// Sign-up and sign-in take no Idempotency-Key: remembering their answers would keep tokens in the database. After a
// lost answer the client signs in.
// clang-format off
inline constexpr auto auth_routes = table(
    post("/api/auth/signup").summary("Create an account").tag("auth")
        .limit(5, per_minute).body<Signup>().open_to(anyone)
        .answers<SignedIn>(201).conflicts("email_taken").run<signup>(),
    post("/api/auth/login").summary("Sign in").tag("auth")
        .limit(10, per_minute).body<Login>().open_to(anyone).checks_credentials()
        .answers<SignedIn>().run<login>(),
    post("/api/auth/logout").summary("End this session").tag("auth")
        .limit(flood_only).no_input().open_to(signed_in)
        .answers_nothing().run<logout>(),
    post("/api/auth/refresh").summary("Exchange a refresh token for a new pair of tokens").tag("auth")
        .limit(flood_only).body<Refresh>().open_to(anyone).checks_credentials()
        .answers<TokenPair>().run<refresh>(),
    post("/api/auth/verify-email").summary("Prove an e-mail address by the mailed token").tag("auth")
        .limit(flood_only).body<EmailVerification>().open_to(anyone)
        .answers<EmailVerified>().run<verify_email>(),
    post("/api/auth/resend-verification").summary("Mail the verification link again").tag("auth")
        .limit(3, per_hour).no_input().open_to(signed_in)
        .answers<Accepted>(202).conflicts("already_verified").run<resend_verification>(),
    post("/api/auth/reset-password").summary("Mail a link to choose a new password").tag("auth")
        .limit(3, per_hour).body<PasswordResetRequest>().open_to(anyone)
        .answers<Accepted>(202).run<request_password_reset>(),
    post("/api/auth/reset-password/confirm").summary("Choose a new password by the mailed token").tag("auth")
        .limit(10, per_minute).body<PasswordReset>().open_to(anyone)
        .answers_nothing().run<confirm_password_reset>(),
    get("/api/auth/me").summary("The account that is signed in").tag("auth")
        .limit(flood_only).no_input().open_to(signed_in).never_from_replica()
        .answers<Account>().run<show_account>(),
    get("/api/auth/sessions").summary("The devices that are signed in").tag("auth")
        .limit(flood_only).query<SessionsQuery>().open_to(signed_in).never_from_replica()
        .answers<Page<DeviceSession>>().run<list_sessions>(),
    del("/api/auth/sessions/:id").summary("End the session of a device").tag("auth")
        .limit(flood_only).no_input().open_to(signed_in)
        .answers_nothing().run<end_session>());
// clang-format on

}  // namespace isthmus::peerloop
