#pragma once

#include <string>
#include <string_view>

#include "http/request.h"

namespace isthmus::peerloop {

/// The statement that keeps a privileged act for ever: put it into the batch that has the effect. `action` is a verb
/// behind its object (`user.suspend`), `details_json` an object of ids, amounts and states: never a name or an address,
/// because the row outlives the person's deletion.
Statement audit(Request& request, std::string_view action, std::string_view target_type, std::string_view target_id,
                std::string details_json = "{}");

}  // namespace isthmus::peerloop
