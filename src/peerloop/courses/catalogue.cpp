#include "peerloop/courses/catalogue.h"

#include "peerloop/courses/queries.h"
#include "peerloop/courses/search_words.h"

namespace isthmus::peerloop {

namespace {

/// Nobody turns this many pages of a search; each costs the pages before it.
constexpr std::int64_t deepest_search = 10'000;

/// The best finds first. Their order is computed anew for each page, so that a cursor can only count.
Task<Result<Response>> search_courses(Request& request, CoursesQuery query, std::string words) {
  const auto place = co_await decode_place(query.cursor, name_of(CourseSort::relevance));
  const std::int64_t skip = place ? place->number : 0;
  if (skip < 0 || skip > deepest_search) co_return Failure(invalid_cursor());
  auto rows = co_await request.db().all<ListedRow>(select_best_courses(query, std::move(words), skip));
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i].sort_value =
        std::string(name_of(CourseSort::relevance)) + ':' + std::to_string(skip + static_cast<std::int64_t>(i) + 1);
  co_return ok(page_of<CourseSummary>(std::move(rows), query.limit));
}

}  // namespace

Task<Result<Response>> list_categories(Request& request, CategoriesQuery query) {
  const auto after = co_await decode_place(query.cursor, "category");
  auto rows = co_await request.db().all<ListedRow>(select_categories(after, query.limit));
  co_return ok(page_of<Category>(std::move(rows), query.limit));
}

Task<Result<Response>> list_courses(Request& request, CoursesQuery query) {
  std::string words = search_words(query.q.value_or(""));
  CourseSort sort = query.sort.value_or(CourseSort::relevance);
  if (sort == CourseSort::relevance && !words.empty())
    co_return co_await search_courses(request, std::move(query), std::move(words));
  if (sort == CourseSort::relevance) sort = CourseSort::newest;
  const auto after = co_await decode_place(query.cursor, name_of(sort));
  auto rows = co_await request.db().all<ListedRow>(select_courses(query, std::move(words), sort, after));
  co_return ok(page_of<CourseSummary>(std::move(rows), query.limit));
}

Task<Result<Response>> show_course(Request& request) {
  const auto& caller = request.maybe_user();
  auto found = co_await request.db().read(
      select_course(request.param("id"), caller ? std::optional(caller->user_id) : std::nullopt));
  std::string json = std::move(found).text();
  if (json.empty()) co_return Failure(not_found("course"));
  co_return json_response(200, std::move(json));
}

}  // namespace isthmus::peerloop
