// error: this route declares no rate limit: add .limit(…)
#include "http/input.h"

using namespace isthmus;

static Task<Result<Response>> answer(Request&) { co_return no_content(); }

constexpr auto routes = table(get("/x").no_input().open_to(anyone).answers_nothing().run<answer>());
