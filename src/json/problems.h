#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace isthmus {

/// Collects everything that is wrong with an input, per top-level field, as zod's `flatten()` shows it.
class Problems {
 public:
  bool empty() const { return form_.empty() && fields_.empty(); }
  std::size_t count() const { return form_.size() + fields_.size(); }

  /// Records a problem at the present place: "must have 2 to 100 characters".
  void add(std::string message);

  /// Runs `visit` with the present place one member deeper.
  void within(std::string_view name, auto visit) {
    const std::size_t length = path_.size();
    if (path_.empty())
      field_ = name;
    else
      path_ += '.';
    path_ += name;
    visit();
    path_.resize(length);
  }
  /// Runs `visit` with the present place at an element of a list.
  void within(std::size_t index, auto visit) {
    const std::size_t length = path_.size();
    if (path_.empty()) field_ = "";
    path_ += '[' + std::to_string(index) + ']';
    visit();
    path_.resize(length);
  }

  /// 400 `validation_failed` with `{"formErrors": […], "fieldErrors": {…}}` as details.
  Error to_error() const;

 private:
  std::string path_;
  std::string field_;
  std::vector<std::string> form_;
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace isthmus
