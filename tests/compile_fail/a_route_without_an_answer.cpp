// error: this route does not say what it answers: add .answers<T>(…)
#include "http/input.h"

using namespace isthmus;

static Task<Result<Response>> answer(Request&) { co_return no_content(); }

constexpr auto routes = table(get("/x").limit(flood_only).no_input().open_to(anyone).run<answer>());
