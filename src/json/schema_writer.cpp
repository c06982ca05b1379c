#include "json/schema_writer.h"

#include <algorithm>

namespace isthmus {

void SchemaWriter::write(Purpose purpose, void (*describe)(SchemaWriter&)) {
  set_purpose(purpose);
  begin();
  describe(*this);
  end();
}

void SchemaWriter::one_of(std::span<const std::string_view> names) {
  json_.key("enum").begin_array();
  for (const std::string_view name : names) json_.value(name);
  json_.end_array();
}

void SchemaWriter::nested(std::string_view name, void (*describe)(SchemaWriter&)) {
  json_.key(name).begin_object();
  describe(*this);
  json_.end_object();
}

void SchemaWriter::nullable(void (*describe)(SchemaWriter&)) {
  json_.key("anyOf").begin_array().begin_object();
  describe(*this);
  json_.end_object().begin_object().member("type", "null").end_object().end_array();
}

std::string SchemaWriter::component_name(const Definition& definition) const {
  const auto first = std::ranges::find(definitions_, definition.name, &Definition::name);
  std::string name(definition.name);
  if (first == definitions_.end() || *first == definition) return name;
  return name + (definition.purpose == Purpose::answer ? "Answer" : "Request");
}

void SchemaWriter::reference(std::string_view name, void (*describe)(SchemaWriter&)) {
  const Definition definition{name, purpose_, describe};
  if (!std::ranges::contains(definitions_, definition)) definitions_.push_back(definition);
  json_.member("$ref", "#/components/schemas/" + component_name(definition));
}

}  // namespace isthmus
