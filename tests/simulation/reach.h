#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::simulation {

/// What runs came to: how often each deed and each route had its success. A law lets anybody be refused who comes too
/// late; this shows whom nobody ever lets in.
class Reach {
 public:
  /// `kind` is "deed" or "route".
  void add(std::string_view kind, std::string_view name, std::uint64_t times = 1);
  void add(const Reach& other);

  /// As lines of "kind TAB name TAB times".
  void write(const std::string& file) const;
  void read(const std::string& file);

  /// The deeds and routes that never had it, each in a sentence, but for those routes that nobody in the world asks:
  /// reach.cpp lists them, and who begins to ask one takes it off.
  std::vector<std::string> never() const;

 private:
  std::map<std::string, std::uint64_t, std::less<>> times_;
};

}  // namespace isthmus::simulation
