#include "peerloop/people/directory.h"

#include "peerloop/people/queries.h"

namespace isthmus::peerloop {

Task<Result<Response>> list_creators(Request& request, CreatorsQuery query) {
  const auto after = co_await decode_place(query.cursor, "creator");
  auto rows = co_await request.db().all<ListedRow>(select_creators(after, query.limit));
  co_return ok(page_of<Teacher>(std::move(rows), query.limit));
}

Task<Result<Response>> list_student_teachers(Request& request, StudentTeachersQuery query) {
  const auto after = co_await decode_place(query.cursor, query.courseId ? "course" : "studentTeacher");
  auto rows = co_await request.db().all<ListedRow>(query.courseId
                                                       ? select_teachers_of_course(*query.courseId, after, query.limit)
                                                       : select_student_teachers(after, query.limit));
  co_return ok(page_of<Teacher>(std::move(rows), query.limit));
}

}  // namespace isthmus::peerloop
