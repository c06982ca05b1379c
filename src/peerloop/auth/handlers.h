#pragma once

#include "http/request.h"
#include "peerloop/auth/inputs.h"

/// The handlers of /api/auth, by the file that each is in.
namespace isthmus::peerloop {

// signup.cpp
Task<Result<Response>> signup(Request& request, Signup body);

// login.cpp
Task<Result<Response>> login(Request& request, Login body);

// refresh.cpp
Task<Result<Response>> refresh(Request& request, Refresh body);

// email_verification.cpp
Task<Result<Response>> verify_email(Request& request, EmailVerification body);
Task<Result<Response>> resend_verification(Request& request);

// password_reset.cpp
Task<Result<Response>> request_password_reset(Request& request, PasswordResetRequest body);
Task<Result<Response>> confirm_password_reset(Request& request, PasswordReset body);

// sessions.cpp
Task<Result<Response>> logout(Request& request);
Task<Result<Response>> show_account(Request& request);
Task<Result<Response>> list_sessions(Request& request, SessionsQuery query);
Task<Result<Response>> end_session(Request& request);

}  // namespace isthmus::peerloop
