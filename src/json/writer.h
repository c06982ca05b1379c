#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace isthmus {

/// Writes JSON text front to back; commas and quotes are its business.
///
///   JsonWriter json;
///   json.begin_object().member("id", id).key("tags").begin_array().value("new").end_array().end_object();
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(std::same_as<bool> auto truth) { return scalar(truth ? "true" : "false"); }
  JsonWriter& value(std::integral auto number)
    requires(!std::same_as<decltype(number), bool>)
  {
    return integer(static_cast<std::int64_t>(number));
  }
  /// Not-a-number and the infinities have no JSON and become null.
  JsonWriter& value(double number);
  JsonWriter& null() { return scalar("null"); }
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view json) { return scalar(json); }

  JsonWriter& member(std::string_view name, const auto& content) {
    key(name);
    return value(content);
  }
  JsonWriter& raw_member(std::string_view name, std::string_view json) { return key(name).raw(json); }

  const std::string& text() const& { return out_; }
  std::string text() && { return std::move(out_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& scalar(std::string_view json);
  JsonWriter& integer(std::int64_t number);
  void separate();

  std::string out_;
  bool comma_ = false;
};

/// `text` as a JSON string with its quotes.
std::string json_quoted(std::string_view text);

}  // namespace isthmus
