#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "http/pagination.h"
#include "peerloop/files/file_name.h"

/// Files that a course gives its students, kept in the bucket as `courses/{courseId}/materials/{id}`.
namespace isthmus::peerloop {

/// Bytes. What is larger would not arrive within a request's time on an ordinary line.
inline constexpr std::uint32_t largest_material = 50 * 1024 * 1024;
inline constexpr std::int64_t most_materials = 200;                    ///< a course
inline constexpr std::int64_t most_material_bytes = INT64_C(2) << 30;  ///< a course, all together
/// An upload that was not finished by then is given up: no request lives so long.
inline constexpr Millis longest_upload = 10 * minute;

struct NewMaterial {
  std::string name;
};
constexpr auto schema(NewMaterial*) {
  return object("NewMaterial", field("name", &NewMaterial::name, trimmed, length(1, 200), file_name,
                                     described("The file's name"), example("Week 1 slides.pdf")));
}

/// What SQLite writes (see `queries.cpp`).
struct Material {
  std::string id, name, contentType;
  std::int64_t sizeBytes = 0;
  std::string url;
  Timestamp createdAt;
};
constexpr auto schema(Material*) {
  return object("Material", field("id", &Material::id), field("name", &Material::name),
                field("contentType", &Material::contentType, described("Found out from the bytes")),
                field("sizeBytes", &Material::sizeBytes),
                field("url", &Material::url, described("Where the bytes are, for those who may have them")),
                field("createdAt", &Material::createdAt));
}
ISTHMUS_PAGE(Material)

struct MaterialsQuery {
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(MaterialsQuery*) {
  return object("MaterialsQuery", field("limit", &MaterialsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &MaterialsQuery::cursor, length(1, 500)));
}

/// 409 `too_many` where the course has as many files, or bytes, as it may.
Task<Result<Response>> add_material(Request& request, NewMaterial material);
/// In the order in which they were added.
Task<Result<Response>> list_materials(Request& request, MaterialsQuery query);
/// The bytes, whole or in part.
Task<Result<Response>> get_material(Request& request);
/// Removing what is gone changes nothing.
Task<Result<Response>> delete_material(Request& request);

/// For cron: forgets uploads that were not finished, with what may be stored of them.
Task<Result<void>> give_up_uploads(Host& host, Timestamp now);

/// The course that the path names, for those who may read its materials: who is enrolled or has completed it, its
/// student-teachers, its creator.
Statement may_read_materials(const Request& request);

}  // namespace isthmus::peerloop
