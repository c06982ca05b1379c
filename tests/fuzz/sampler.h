#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "fuzz/target.h"
#include "http/app.h"

namespace isthmus::fuzz {

using Json = nlohmann::json;

/// One operation of a program's OpenAPI document.
struct Operation {
  std::string method;  ///< in capitals
  std::string path;    ///< as the table writes it: "/api/courses/:id"
  Json document;
  bool takes_json() const;
  bool takes_bytes() const;
};

/// Draws requests that mostly are what the document asks for.
class Sampler {
 public:
  /// `tables` have ids that a request may name, "{courses.2}" stands for one; so does "{users.teacher}" for one of
  /// `people`.
  Sampler(const App& app, std::vector<std::string> tables, std::vector<std::string> people);

  const std::vector<Operation>& operations() const { return operations_; }
  /// Null where the document has no such operation.
  const Operation* find(std::string_view method, std::string_view path) const;

  /// "/api/courses/{courses.0}?limit=3"
  std::string target(const Operation& operation, Dice& dice) const;
  /// "" where it takes none.
  std::string body(const Operation& operation, Dice& dice) const;
  /// A JSON text with one of its values changed, taken away or added; as it was where it is no JSON.
  std::string change(std::string_view json, Dice& dice) const;

 private:
  /// The id of a row of any table, mostly of one that is named like this: "courses", "user", "flags".
  std::string some_id(std::string_view hint, Dice& dice) const;
  Json value(const Json& given, std::string_view name, Dice& dice, int depth) const;
  std::string text(const Json& schema, std::string_view name, Dice& dice) const;
  Json anything(Dice& dice) const;

  Json document_;
  std::vector<Operation> operations_;
  std::vector<std::string> tables_;
  std::vector<std::string> people_;
};

std::string dump(const Json& json);

}  // namespace isthmus::fuzz
