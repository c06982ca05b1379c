#include <deque>

#include "base/strings.h"
#include "http/app.h"
#include "route_list.h"
#include "token.h"

/// A large table whose handlers do next to nothing: what finding the row costs.
namespace bench {

using namespace isthmus;

namespace {

struct Found {
  std::string path, id;
};
constexpr auto schema(Found*) { return object("Found", field("path", &Found::path), field("id", &Found::id)); }

Task<Result<Response>> answer_row(Request& request) {
  co_return ok(Found{std::string(request.route().path), std::string(request.param("id"))});
}

/// "GET /api/users/:id anyone"
Route parse_row(std::string_view line, std::string_view prefix) {
  // Rows hold views of their paths.
  static std::deque<std::string> paths;
  const auto path_at = line.find(' ') + 1;
  const auto access_at = line.rfind(' ') + 1;
  paths.push_back(std::string(prefix).append(line.substr(path_at, access_at - 1 - path_at)));
  return isthmus::route(method_named(line.substr(0, path_at - 1)), paths.back())
      .summary("A row of a large table")
      .limit(flood_only)
      .no_input()
      .open_to(line.substr(access_at) == "user" ? signed_in : anyone)
      .answers<Found>()
      .run<answer_row>();
}

std::vector<Route> make_table(std::size_t count) {
  std::vector<Route> rows;
  rows.reserve(count);
  std::string prefix;
  for (std::size_t version = 2; rows.size() < count; ++version) {
    std::string_view rest = route_list;
    while (!rest.empty() && rows.size() < count) {
      const auto line_end = rest.find('\n');
      rows.push_back(parse_row(rest.substr(0, line_end), prefix));
      rest.remove_prefix(line_end == std::string_view::npos ? rest.size() : line_end + 1);
    }
    prefix = "/v" + std::to_string(version);
  }
  return rows;
}

}  // namespace

}  // namespace bench

const isthmus::App& isthmus::app() {
  static const std::vector<Route> rows = bench::make_table(BENCH_ROUTE_COUNT);
  static const App program{"bench-routes", "Bench", rows, &bench::tokens_alone};
  return program;
}
