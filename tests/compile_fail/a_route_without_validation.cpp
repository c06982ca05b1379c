// error: this route does not say what it takes: add .body<T>(), .query<T>() or .no_input()
#include "http/input.h"

using namespace isthmus;

static Task<Result<Response>> answer(Request&) { co_return no_content(); }

constexpr auto routes = table(get("/x").limit(flood_only).open_to(anyone).answers_nothing().run<answer>());
