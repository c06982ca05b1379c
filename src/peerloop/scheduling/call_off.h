#pragma once

#include <string_view>
#include <vector>

#include "jobs/outbox.h"

/// Sessions whose ground is gone: the enrollment was refunded, the student's account deleted. They are cancelled
/// through the outbox, behind the batch that took the ground away, and both people are told as of any cancellation.
namespace isthmus::peerloop {

/// The statement that calls off what an enrollment has scheduled, once it is refunded.
Statement call_off_sessions_of_enrollment(Host& host, std::string_view enrollment_id);
/// The statement that calls off what a student has scheduled.
Statement call_off_sessions_of_student(Host& host, std::string_view student_id);

Task<Result<Delivery>> deliver_calling_off(Host& host, const OutboxItem& item);
inline constexpr OutboxHandler calling_off_handler{"sessions.call_off", deliver_calling_off};

}  // namespace isthmus::peerloop
