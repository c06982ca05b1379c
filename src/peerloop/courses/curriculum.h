#pragma once

#include <optional>
#include <string>
#include <vector>

#include "json/schema.h"
#include "ports/host.h"

/// What a course consists of, as its creator writes it.
namespace isthmus::peerloop {

struct LessonFields {
  std::optional<std::string> id;
  std::string title, description;
  std::optional<std::int32_t> durationMinutes;
};
constexpr auto schema(LessonFields*) {
  return object("LessonDraft", field("id", &LessonFields::id, uuid, described("Of a lesson that is kept")),
                field("title", &LessonFields::title, trimmed, length(1, 200)),
                field("description", &LessonFields::description, or_default, length(0, 5000)),
                field("durationMinutes", &LessonFields::durationMinutes, range(1, 1440)));
}

/// A lesson may be given by its title alone.
struct LessonDraft {
  LessonFields fields;
};

struct ModuleDraft {
  std::optional<std::string> id;
  std::string title, description;
  std::vector<LessonDraft> lessons;
};
constexpr auto schema(ModuleDraft*) {
  return object("ModuleDraft", field("id", &ModuleDraft::id, uuid, described("Of a module that is kept")),
                field("title", &ModuleDraft::title, trimmed, length(1, 200)),
                field("description", &ModuleDraft::description, or_default, length(0, 5000)),
                field("lessons", &ModuleDraft::lessons, or_default, items(0, 100)));
}

/// Modules and lessons with an id each, and what their author says is there already.
struct Curriculum {
  std::string modules_json;  ///< [{id, title, description, lessons: [{id, title, description, durationMinutes}]}]
  std::vector<std::string> kept_modules, kept_lessons;
};

/// Gives ids to what has none. Fails with 400 where an id is given twice.
Result<Curriculum> plan_curriculum(std::vector<ModuleDraft> modules, Random& random, Timestamp now);

}  // namespace isthmus::peerloop

namespace isthmus {

template <>
struct Codec<peerloop::LessonDraft> {
  static void decode(JsonValue value, peerloop::LessonDraft& out, Problems& problems);
  static void encode(JsonWriter& json, const peerloop::LessonDraft& lesson) {
    Codec<peerloop::LessonFields>::encode(json, lesson.fields);
  }
  static void describe(SchemaWriter& writer);
};

}  // namespace isthmus
