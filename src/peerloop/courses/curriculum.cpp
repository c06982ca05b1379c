#include "peerloop/courses/curriculum.h"

#include <algorithm>

namespace isthmus {

void Codec<peerloop::LessonDraft>::decode(JsonValue value, peerloop::LessonDraft& out, Problems& problems) {
  if (const auto title = value.string()) {
    out.fields.title = *title;
    trimmed.check(out.fields.title, problems);
    length(1, 200).check(out.fields.title, problems);
  } else {
    Codec<peerloop::LessonFields>::decode(value, out.fields, problems);
  }
}

void Codec<peerloop::LessonDraft>::describe(SchemaWriter& writer) {
  writer.json().key("anyOf").begin_array().begin_object();
  writer.type("string");
  writer.json().end_object().begin_object();
  Codec<peerloop::LessonFields>::describe(writer);
  writer.json().end_object().end_array();
}

namespace peerloop {

namespace {

bool has_twins(std::vector<std::string> ids) {
  std::ranges::sort(ids);
  return std::ranges::adjacent_find(ids) != ids.end();
}

Error given_twice() {
  Problems problems;
  problems.within("modules", [&] { problems.add("must not name a module or lesson twice"); });
  return problems.to_error();
}

}  // namespace

Result<Curriculum> plan_curriculum(std::vector<ModuleDraft> modules, Random& random, Timestamp now) {
  Curriculum plan;
  const auto settle_id = [&](std::optional<std::string>& id, std::vector<std::string>& kept) {
    if (id)
      kept.push_back(*id);
    else
      id = random.uuid(now);
  };
  for (ModuleDraft& module : modules) {
    settle_id(module.id, plan.kept_modules);
    for (LessonDraft& lesson : module.lessons) settle_id(lesson.fields.id, plan.kept_lessons);
  }
  if (has_twins(plan.kept_modules) || has_twins(plan.kept_lessons)) return Failure(given_twice());
  plan.modules_json = encode(modules);
  return plan;
}

}  // namespace peerloop

}  // namespace isthmus
