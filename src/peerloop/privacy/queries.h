#pragma once

#include <string_view>
#include <vector>

#include "ports/database.h"

/// The SQL of forgetting somebody.
namespace isthmus::peerloop::privacy_queries {

/// Refuses (`guard:state_changed`) while anything of `select_obligations` is left.
std::vector<Statement> guard_obligations(std::string_view user_id);
/// Why an account can not be deleted yet, as a JSON object of counts and amounts.
Statement select_obligations(std::string_view user_id);

/// Lets go of what was never paid, by this person or for a course of theirs. Gives the pages that are open for it.
Statement release_open_pages(std::string_view user_id, Timestamp now);
/// Deletes what is only personal, and takes the name off the rest. Behind everything that looks at it.
std::vector<Statement> forget(std::string_view user_id, Timestamp now);

}  // namespace isthmus::peerloop::privacy_queries
