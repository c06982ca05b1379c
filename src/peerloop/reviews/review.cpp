#include "peerloop/reviews/review.h"

#include "peerloop/notifications/notify.h"
#include "peerloop/reviews/queries.h"

namespace isthmus::peerloop {

namespace {

Error already_reviewed() { return conflict("You have reviewed this session already.", "already_reviewed"); }

Error session_not_completed(std::string_view status) {
  JsonWriter details;
  details.begin_object().member("status", status).end_object();
  return conflict("Only a session that took place can be reviewed.", "session_not_completed")
      .with_details(std::move(details).text());
}

Error not_the_course(std::string problem) {
  Problems problems;
  problems.within("courseRating", [&] { problems.add(std::move(problem)); });
  return problems.to_error();
}

std::string what_was_said(const std::string& session_id, const ReviewedSession& facts, std::int64_t rating) {
  JsonWriter json;
  json.begin_object().member("sessionId", session_id).member("courseId", facts.course_id);
  json.member("courseTitle", facts.course_title).member("rating", rating).end_object();
  return std::move(json).text();
}

using Lister = Statement (*)(std::string_view, const std::optional<Place>&, std::int64_t);

Task<Result<Response>> list_reviews(Request& request, ReviewsQuery query, Lister lister) {
  const auto after = co_await decode_place(query.cursor, "review");
  auto rows = co_await request.db().all<ListedRow>(lister(request.param("id"), after, query.limit));
  co_return ok(page_of<Review>(std::move(rows), query.limit));
}

}  // namespace

Task<Result<Response>> review_session(Request& request, NewReview review) {
  const std::string session_id(request.param("id"));
  const std::string& author = request.user().user_id;
  auto found = co_await request.db().first<ReviewedSession>(select_reviewed_session(session_id, author));
  const ReviewedSession facts = co_await required(std::move(found), not_found("session"));
  if (facts.status != "completed") co_return Failure(session_not_completed(facts.status));
  if (facts.reviewed) co_return Failure(already_reviewed());
  if (!facts.by_student && review.courseRating)
    co_return Failure(not_the_course("is for the student of the course to give"));

  ReviewText text{request.host().random.uuid(request.now()),
                  session_id,
                  author,
                  review.rating,
                  review.courseRating,
                  std::move(review.comment)};
  if (facts.by_student && !text.course_rating) text.course_rating = text.rating;
  std::vector<Statement> batch = insert_review(text, request.now());
  batch.push_back(notify(request.host(), Notice::review_received, facts.subject_id, "session:" + session_id,
                         what_was_said(session_id, facts, review.rating)));
  auto done = co_await attempt(commit(request, std::move(batch), 201, select_review(text.id)));
  co_return on_constraint(std::move(done), "reviews.session_id", already_reviewed());
}

Task<Result<Response>> list_session_reviews(Request& request, ReviewsQuery query) {
  return list_reviews(request, std::move(query), select_reviews_of_session);
}
Task<Result<Response>> list_course_reviews(Request& request, ReviewsQuery query) {
  return list_reviews(request, std::move(query), select_reviews_of_course);
}
Task<Result<Response>> list_teacher_reviews(Request& request, ReviewsQuery query) {
  return list_reviews(request, std::move(query), select_reviews_of_teacher);
}

Statement was_in_session(const Request& request) {
  return select_attendance_right(request.param("id"), request.user().user_id);
}

}  // namespace isthmus::peerloop
