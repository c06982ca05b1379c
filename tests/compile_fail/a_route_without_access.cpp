// error: this route does not say who may call it: add .open_to(…)
#include "http/input.h"

using namespace isthmus;

static Task<Result<Response>> answer(Request&) { co_return no_content(); }

constexpr auto routes = table(get("/x").limit(flood_only).no_input().answers_nothing().run<answer>());
