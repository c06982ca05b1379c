#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "ports/database.h"

/// All SQL about a course's files.
namespace isthmus::peerloop {

/// A row if the user may read them. The course is named by id or slug.
Statement select_reading_right(std::string_view course, std::string_view user_id);

struct MaterialRow {
  std::string id;
  std::string course_id;
  std::string uploaded_by;
  std::string name;
  std::string content_type;
  std::int64_t size_bytes = 0;
};
/// Takes the place of a file whose bytes are about to come; may run twice. "guard:too_many" where there is none left.
std::vector<Statement> reserve_material(const MaterialRow& material, Timestamp now);
/// Makes it visible. "guard:state_changed" where it was given up meanwhile.
std::vector<Statement> finish_material(std::string_view id, Timestamp now);

// The row goes, and the object behind it through the outbox; both may run twice.
std::vector<Statement> remove_material(std::string_view course_id, std::string_view id, Timestamp now);
std::vector<Statement> remove_unfinished(Timestamp begun_before, Timestamp now);

/// The file as one JSON text.
Statement select_material(std::string_view id);
struct StoredMaterial {
  std::string key;
  std::string name;
};
/// One `StoredMaterial`, of a course by id or slug.
Statement select_stored_material(std::string_view course, std::string_view id);
/// `ListedRow`s, and one more than `limit`.
Statement select_materials(std::string_view course, const std::optional<Cursor>& after, std::int64_t limit);

}  // namespace isthmus::peerloop
