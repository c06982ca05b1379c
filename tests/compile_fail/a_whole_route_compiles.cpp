// The others leave something out of this one.
#include "http/input.h"

using namespace isthmus;

static Task<Result<Response>> answer(Request&) { co_return no_content(); }

constexpr auto routes = table(get("/x").limit(flood_only).no_input().open_to(anyone).answers_nothing().run<answer>());
