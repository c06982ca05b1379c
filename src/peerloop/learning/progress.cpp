#include "peerloop/learning/progress.h"

#include "peerloop/learning/completion.h"
#include "peerloop/learning/queries.h"

namespace isthmus::peerloop {

namespace {

Error foreign_lesson() {
  Problems problems;
  problems.within("lessonId", [&] { problems.add("is not a lesson of this course"); });
  return problems.to_error();
}

}  // namespace

Task<Result<Response>> mark_lesson(Request& request, LessonDone lesson) {
  auto sets = co_await request.db().batch(
      set_progress(request.param("id"), request.user().user_id, lesson, request.now()), OnLostAnswer::retry);
  const auto found = co_await std::move(sets[0]).first<LessonPlace>();
  const LessonPlace place = co_await required(found, not_found("enrollment"));
  if (!is_learning(place.status)) co_return Failure(not_enrolled(place.status));
  if (!place.of_this_course) co_return Failure(foreign_lesson());
  co_return json_response(200, std::move(sets.back()).text());
}

Statement learns(const Request& request) { return select_learning_right(request.param("id"), request.user().user_id); }

}  // namespace isthmus::peerloop
