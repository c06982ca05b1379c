#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "peerloop/teaching/application.h"

/// What a creator does about those who teach the course, or want to.
namespace isthmus::peerloop {

enum class Decision { approve, decline, end };

enum class Deciding {
  goes_on,  ///< it is to be written
  is_done   ///< it was decided like this already
};
/// 409 `already_decided` with the state, `not_certified`.
Result<Deciding> may_decide(Decision decision, TeachingStatus status, bool certified);

struct DecisionNote {
  std::string note;
};
constexpr auto schema(DecisionNote*) {
  return object("DecisionNote", field("note", &DecisionNote::note, or_default, trimmed, length(0, 1000),
                                      described("For the applicant to read")));
}
constexpr std::string_view example_of(DecisionNote*) { return R"({"note":"Please teach a lesson with me first"})"; }

struct ApplicationsQuery {
  TeachingStatus status = TeachingStatus::applied;
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(ApplicationsQuery*) {
  return object("ApplicationsQuery", field("status", &ApplicationsQuery::status, or_default),
                field("limit", &ApplicationsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &ApplicationsQuery::cursor, length(1, 500)));
}

/// Those of one status, oldest application first.
Task<Result<Response>> list_applications(Request& request, ApplicationsQuery query);

// Each answers with the application, and changes nothing where it was decided like this before.
Task<Result<Response>> approve_teacher(Request& request);
Task<Result<Response>> decline_teacher(Request& request, DecisionNote note);
/// Ends an approval. Students who chose this teacher stay with them.
Task<Result<Response>> end_teacher(Request& request, DecisionNote note);

/// The application that the path names, for the creator of its course.
Statement decides_about(const Request& request);

}  // namespace isthmus::peerloop
