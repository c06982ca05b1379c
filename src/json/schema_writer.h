#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/writer.h"

namespace isthmus {

/// Writes JSON Schema (2020-12, as OpenAPI 3.1 uses it). Named objects become references; who writes the document
/// writes each of `definitions()` under `components/schemas`, until no more are added.
class SchemaWriter {
 public:
  /// A field that is left out in a request is null in an answer: the same struct is described in two ways.
  enum class Purpose { request, answer };

  struct Definition {
    std::string_view name;
    Purpose purpose;
    void (*describe)(SchemaWriter&);
    bool operator==(const Definition&) const = default;
  };

  explicit SchemaWriter(JsonWriter& json) : json_(json) {}

  void write(Purpose purpose, void (*describe)(SchemaWriter&));
  /// What the fields that are described next are for.
  void set_purpose(Purpose purpose) { purpose_ = purpose; }
  bool is_for_answers() const { return purpose_ == Purpose::answer; }
  JsonWriter& json() { return json_; }

  void begin() { json_.begin_object(); }
  void end() { json_.end_object(); }
  void type(std::string_view name) { json_.member("type", name); }
  void keyword(std::string_view name, const auto& value) { json_.member(name, value); }
  void one_of(std::span<const std::string_view> names);
  /// `"items": { … }`
  void nested(std::string_view name, void (*describe)(SchemaWriter&));
  void nullable(void (*describe)(SchemaWriter&));
  void reference(std::string_view name, void (*describe)(SchemaWriter&));

  /// Every named object met so far, in the order met; grows while they are written.
  const std::vector<Definition>& definitions() const { return definitions_; }
  /// The name of a definition in `components/schemas`: its own, or with a suffix where a request and an answer share
  /// one.
  std::string component_name(const Definition& definition) const;

 private:
  JsonWriter& json_;
  Purpose purpose_ = Purpose::request;
  std::vector<Definition> definitions_;
};

}  // namespace isthmus
