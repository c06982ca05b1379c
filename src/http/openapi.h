#pragma once

#include <string>

#include "http/app.h"

namespace isthmus {

/// The program's route table as an OpenAPI 3.1 document: parameters, bodies, answers, errors, who may call, how often.
std::string openapi_document(const App& app);

}  // namespace isthmus
