// error: a row of this table has no handler: end it with .run<…>()
// error: no viable conversion from 'isthmus::RouteDraft<15>'
#include "http/input.h"

using namespace isthmus;

static Task<Result<Response>> answer(Request&) { co_return no_content(); }

constexpr auto routes = table(get("/x").limit(flood_only).no_input().open_to(anyone).answers_nothing());
