#pragma once

#include <string>
#include <string_view>

#include "http/app.h"

/// How a course is completed: who teaches it recommends the student, the creator certifies. The two are people who
/// know the student, so neither needs a share of lessons done or sessions held. A recommendation is possible at any
/// time while enrolled; the certificate needs one, unless the creator teaches, or whoever taught does so no more.
namespace isthmus::peerloop {

/// How an enrollment stands.
struct CompletionState {
  std::string status;
  bool recommended = false;
  bool creator_teaches = false;
  bool teacher_left = false;  ///< a student-teacher who is not approved any more
  bool certified = false;     ///< and the certificate was not revoked
};

enum class Step {
  take,    ///< it is to be done
  is_done  ///< it was done already
};

/// 409 `not_enrolled`, `already_certified`.
Result<Step> may_recommend(const CompletionState& state);
/// 409 `not_enrolled`, `not_recommended`.
Result<Step> may_certify(const CompletionState& state);

/// Enrolled or completed.
bool is_learning(std::string_view enrollment_status);
/// 409 with the state.
Error not_enrolled(std::string_view enrollment_status);

/// The answer is the enrollment.
Task<Result<Response>> recommend(Request& request);
/// The answer is the certificate: 201, and 200 where there was one. In one batch the enrollment is completed, the
/// certificate issued, the shares of the payment approved, and the student told.
Task<Result<Response>> certify(Request& request);

/// The enrollment that the path names, for who teaches it.
Statement teaches(const Request& request);
/// The enrollment that the path names, for the creator of its course.
Statement is_in_own_course(const Request& request);

}  // namespace isthmus::peerloop
