#include "http/router.h"

#include <doctest/doctest.h>

using namespace isthmus;

namespace {

constexpr Route row(Method method, std::string_view path) {
  Route route;
  route.method = method;
  route.path = path;
  return route;
}

constexpr std::array rows{
    row(Method::get, "/"),
    row(Method::get, "/api/courses"),
    row(Method::post, "/api/courses"),
    row(Method::get, "/api/courses/:id"),
    row(Method::get, "/api/courses/popular"),
    row(Method::put, "/api/courses/:id/materials/:materialId"),
    row(Method::get, "/api/:section/about"),
};

std::string_view path_of(const Match& match) { return match.route ? match.route->path : "none"; }

}  // namespace

TEST_CASE("a path finds its row, and a fixed part wins over a named one") {
  const Router router(rows);
  CHECK(path_of(router.find(Method::get, "/")) == "/");
  CHECK(path_of(router.find(Method::get, "/api/courses")) == "/api/courses");
  CHECK(path_of(router.find(Method::get, "/api/courses/popular")) == "/api/courses/popular");
  CHECK(path_of(router.find(Method::get, "/api/courses/7")) == "/api/courses/:id");
}

TEST_CASE("where a fixed part leads nowhere, the named one is tried") {
  const Router router(rows);
  const Match match = router.find(Method::get, "/api/courses/about");
  CHECK(path_of(match) == "/api/courses/:id");
  CHECK(path_of(router.find(Method::get, "/api/users/about")) == "/api/:section/about");
}

TEST_CASE("named parts are percent-decoded") {
  const Router router(rows);
  const Match match = router.find(Method::put, "/api/courses/a%20b/materials/%C3%A9");
  REQUIRE(match.route);
  REQUIRE(match.params.size() == 2);
  CHECK(match.params[0] == std::pair<std::string_view, std::string>("id", "a b"));
  CHECK(match.params[1].second == "é");
}

TEST_CASE("an encoded slash stays inside its part") {
  const Router router(rows);
  CHECK(router.find(Method::get, "/api/courses/a%2Fb").params.at(0).second == "a/b");
}

TEST_CASE("what is no path of the table is not found") {
  const Router router(rows);
  for (const char* path : {"", "x", "/api", "/api/courses/", "/api/courses/1/", "//api/courses", "/api//courses",
                           "/api/courses/%", "/api/courses/%zz", "/api/courses/%ff"})
    CHECK_MESSAGE(path_of(router.find(Method::get, path)) == "none", path);
}

TEST_CASE("a known path with another method tells which ones it has") {
  const Router router(rows);
  const Match match = router.find(Method::del, "/api/courses");
  CHECK(match.route == nullptr);
  CHECK(match.allowed == "GET, HEAD, POST, OPTIONS");
}

TEST_CASE("HEAD is answered by GET") {
  const Router router(rows);
  CHECK(path_of(router.find(Method::head, "/api/courses")) == "/api/courses");
}
