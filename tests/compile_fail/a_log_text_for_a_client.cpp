// error: no matching constructor for initialization of 'Error'
// note: no known conversion from 'LogText' to 'ClientText'
#include "http/input.h"

using namespace isthmus;

static Error leak(LogText internal) { return Error(500, "internal_error", internal); }
constexpr auto unused = leak;
