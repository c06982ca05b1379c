#include "json/problems.h"

#include <algorithm>

#include "json/writer.h"

namespace isthmus {

namespace {

/// A hostile body can have a thousand things wrong with it; nobody reads more than these.
constexpr std::size_t most_reported = 50;

}  // namespace

void Problems::add(std::string message) {
  if (count() >= most_reported) return;
  if (path_.empty()) {
    form_.push_back(std::move(message));
    return;
  }
  const std::string place = path_.substr(std::min(field_.size(), path_.size()));
  fields_.emplace_back(field_, place.empty() ? std::move(message) : place + ' ' + message);
}

Error Problems::to_error() const {
  JsonWriter json;
  json.begin_object().key("formErrors").begin_array();
  for (const auto& message : form_) json.value(message);
  json.end_array().key("fieldErrors").begin_object();
  std::vector<std::string_view> done;
  for (const auto& [field, first] : fields_) {
    if (std::ranges::contains(done, field)) continue;
    done.push_back(field);
    json.key(field).begin_array();
    for (const auto& [name, message] : fields_)
      if (name == field) json.value(message);
    json.end_array();
  }
  json.end_object().end_object();
  return bad_request("The request has invalid fields.", "validation_failed").with_details(std::move(json).text());
}

}  // namespace isthmus
