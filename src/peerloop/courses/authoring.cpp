#include "peerloop/courses/authoring.h"

#include <algorithm>

#include "base/strings.h"
#include "peerloop/courses/queries.h"
#include "peerloop/courses/slug.h"
#include "peerloop/feeds/mirror.h"

namespace isthmus::peerloop {

namespace {

Error course_incomplete(std::string missing_json) {
  return conflict("A published course needs a description, objectives, and modules with lessons.", "course_incomplete")
      .with_details(R"({"missing":)" + std::move(missing_json) + '}');
}

Error wrong_field(std::string_view name, std::string problem) {
  Problems problems;
  problems.within(name, [&] { problems.add(std::move(problem)); });
  return problems.to_error();
}

/// What a refusal by the database means to the author.
template <class T>
Result<T> explain_refusal(Result<T> result) {
  result = on_constraint(std::move(result), "FOREIGN KEY", wrong_field("categoryId", "is not a known category"));
  return on_constraint(std::move(result), "guard:not_found",
                       wrong_field("modules", "must name only modules and lessons of this course"));
}

SlugChoices draw_slugs(Request& request, std::string_view title) {
  return slugs_for(title, request.host().random.bytes(6));
}

}  // namespace

std::vector<std::string> parts_emptied_by(const CourseChange& change) {
  std::vector<std::string> parts;
  if (change.description && trim(*change.description).empty()) parts.push_back("description");
  if (change.objectives && change.objectives->empty()) parts.push_back("objectives");
  if (change.modules && change.modules->empty()) parts.push_back("modules");
  if (change.modules && std::ranges::any_of(*change.modules, [](const auto& module) { return module.lessons.empty(); }))
    parts.push_back("lessons");
  return parts;
}

Task<Result<Response>> create_course(Request& request, NewCourse course) {
  const std::string id = request.host().random.uuid(request.now());
  const std::string& creator = request.user().user_id;
  const Curriculum plan = co_await plan_curriculum(std::move(course.modules), request.host().random, request.now());
  std::vector<Statement> statements;
  statements.push_back(insert_course(id, creator, course, draw_slugs(request, course.title), request.now()));
  statements.push_back(insert_objectives(id, course.objectives));
  append(statements, place_curriculum(id, plan));
  auto done = co_await attempt(commit(request, std::move(statements), 201, select_course(id, creator)));
  co_return explain_refusal(std::move(done));
}

Task<Result<Response>> change_course(Request& request, CourseChange change) {
  const std::string id(request.param("id"));
  const std::string emptied = encode(parts_emptied_by(change));
  std::vector<Statement> statements;
  statements.push_back(update_course(id, change, request.now()));
  if (change.title) statements.push_back(rename_draft(id, draw_slugs(request, *change.title)));
  if (change.objectives) {
    statements.push_back(delete_objectives(id));
    statements.push_back(insert_objectives(id, *change.objectives));
  }
  if (change.modules) {
    const Curriculum plan = co_await plan_curriculum(*std::move(change.modules), request.host().random, request.now());
    append(statements, place_curriculum(id, plan));
    append(statements, prune_curriculum(id, plan));
  }
  statements.push_back(refuse_incomplete(id));
  statements.push_back(select_course(id, request.user().user_id));
  // The ids are drawn already: the second time finds the same rows and makes no more.
  auto done = co_await attempt(request.db().batch(std::move(statements), OnLostAnswer::retry));
  done = on_constraint(std::move(done), "guard:course_incomplete", course_incomplete(emptied));
  auto sets = co_await explain_refusal(std::move(done));
  co_return json_response(200, std::move(sets.back()).text());
}

Task<Result<Response>> publish_course(Request& request) {
  const std::string id(request.param("id"));
  auto statements = publish_if_complete(id, request.user().user_id, request.now());
  mirror_membership(statements, request.host(), id, request.user().user_id, "made");
  auto sets = co_await request.db().batch(std::move(statements), OnLostAnswer::retry);
  std::string missing = std::move(sets.at(1)).text();
  if (missing != "[]") co_return Failure(course_incomplete(std::move(missing)));
  dispatch_mirror(request);
  co_return json_response(200, std::move(sets.at(2)).text());
}

Statement owns_course(const Request& request) { return select_ownership(request.param("id"), request.user().user_id); }

}  // namespace isthmus::peerloop
