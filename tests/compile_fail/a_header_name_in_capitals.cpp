// error: call to consteval function 'isthmus::HeaderName::HeaderName' is not a constant expression
// note: header_names_are_read_in_lower_case
#include "http/input.h"

using namespace isthmus;

static std::optional<std::string> type_of(Incoming& incoming) { return incoming.header("Content-Type"); }
constexpr auto unused = type_of;
