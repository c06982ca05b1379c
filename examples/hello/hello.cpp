#include "http/app.h"

using namespace isthmus;

struct Greeting {
  std::string text;
};
constexpr auto schema(Greeting*) { return object("Greeting", field("text", &Greeting::text)); }

Task<Result<Response>> greet(Request& request) {
  co_return ok(Greeting{"Hello, " + std::string(request.param("name")) + "!"});
}

constexpr auto hello =
    get("/hello/:name").summary("Greet").limit(flood_only).no_input().open_to(anyone).answers<Greeting>().run<greet>();
constexpr auto routes = table(hello);

const App& isthmus::app() {
  static constexpr App program{"hello", "Hello", routes};
  return program;
}
