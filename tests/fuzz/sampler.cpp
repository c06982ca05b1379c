#include "fuzz/sampler.h"

#include <algorithm>
#include <array>
#include <regex>

#include "base/encoding.h"
#include "base/strings.h"
#include "base/time.h"
#include "http/openapi.h"

namespace isthmus::fuzz {

namespace {

constexpr std::array odd_texts = std::to_array<std::string_view>({"",
                                                                  " ",
                                                                  "0",
                                                                  "a",
                                                                  "aaaaaaaa",
                                                                  "Robin",
                                                                  "robin@example.org",
                                                                  "Europe/Lisbon",
                                                                  "UTC",
                                                                  "usd",
                                                                  "https://app.example.org/x",
                                                                  "' OR 1=1--",
                                                                  "\"NEAR( x * -",
                                                                  "<b>&amp;",
                                                                  "{{name}}",
                                                                  "\xF0\x9F\x8E\x93",
                                                                  "\xCC\x81\xE2\x80\xAE",
                                                                  "1e999",
                                                                  "2026-11-20",
                                                                  "10:30",
                                                                  "+4915112345678",
                                                                  "long enough to be a password",
                                                                  "\x01"});

/// One for each pattern of the document, and words.
constexpr std::array plain_texts =
    std::to_array<std::string_view>({"Robin", "Some words, and more", "09:30", "17:00", "24:00", "usd", "EUR",
                                     "some-name", "some_name_1", "notes.txt", "2026-09", "Europe/Lisbon"});

/// "/api/courses/{id}" becomes "/api/courses/:id".
std::string table_path(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c == '{') out += ':';
    if (c != '{' && c != '}') out += c;
  }
  return out;
}

/// What stands in the place of a named part or a parameter, so that a placeholder stays one.
std::string encoded(std::string_view value) {
  return value.starts_with('{') && value.ends_with('}') ? std::string(value) : percent_encode(value);
}

std::int64_t bound(const Json& schema, const char* keyword, std::int64_t otherwise) {
  const auto found = schema.find(keyword);
  return found != schema.end() && found->is_number_integer() ? found->get<std::int64_t>() : otherwise;
}

std::string keyword_of(const Json& schema, const char* keyword) {
  const auto found = schema.find(keyword);
  return found != schema.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// "course" of "courseId"; nothing of "id".
std::string hint_of(std::string_view name) {
  const auto end = name.rfind("Id");
  return end == std::string_view::npos ? std::string() : to_lower_ascii(name.substr(0, end));
}

/// Every value in a document, with those inside of it.
void collect(Json& json, std::vector<Json*>& all) {
  all.push_back(&json);
  if (json.is_structured())
    for (Json& child : json) collect(child, all);
}

}  // namespace

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool Operation::takes_json() const {
  return document.contains(Json::json_pointer("/requestBody/content/application~1json"));
}

bool Operation::takes_bytes() const { return document.contains("requestBody") && !takes_json(); }

Sampler::Sampler(const App& app, std::vector<std::string> tables, std::vector<std::string> people)
    : document_(Json::parse(openapi_document(app))), tables_(std::move(tables)), people_(std::move(people)) {
  for (const auto& [path, methods] : document_["paths"].items())
    for (const auto& [method, operation] : methods.items()) {
      std::string capitals = method;
      std::ranges::transform(capitals, capitals.begin(),
                             [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
      operations_.push_back({capitals, table_path(path), operation});
    }
}

const Operation* Sampler::find(std::string_view method, std::string_view path) const {
  const auto found = std::ranges::find_if(
      operations_, [&](const Operation& operation) { return operation.method == method && operation.path == path; });
  return found == operations_.end() ? nullptr : &*found;
}

std::string Sampler::some_id(std::string_view hint, Dice& dice) const {
  if (!hint.empty() && !dice.one_in(6)) {
    std::vector<std::string> named;
    for (const std::string& table : tables_)
      if (table.contains(hint)) named.push_back(table);
    // Whoever is no thing is a person.
    if (named.empty() || hint.starts_with("user")) return "{users." + dice.pick(people_) + "}";
    const std::string& table = dice.pick(named);
    return "{" + table + "." + std::to_string(dice.below(4)) + "}";
  }
  return "{" + dice.pick(tables_) + "." + std::to_string(dice.below(4)) + "}";
}

std::string Sampler::text(const Json& schema, std::string_view name, Dice& dice) const {
  const std::string format = keyword_of(schema, "format");
  const bool names_something = format == "uuid" || name == "id" || name.ends_with("Id") || name.ends_with("Ids");
  if (names_something && !dice.one_in(6)) return some_id(hint_of(name), dice);
  if (format == "date-time" && !dice.one_in(8)) {
    constexpr Timestamp start{1'790'000'000'000};
    return to_rfc3339(start + (static_cast<Millis>(dice.below(4000)) - 1000) * 15 * minute);
  }
  if (format == "email" && !dice.one_in(8)) return "robin" + std::to_string(dice.below(9)) + "@example.org";
  if (format == "uri" && !dice.one_in(8)) return "https://app.example.org/page";
  if (format == "date" && !dice.one_in(8)) return "2026-09-2" + std::to_string(dice.below(10));
  const bool is_odd = dice.one_in(5);
  std::vector<std::string_view> candidates(plain_texts.begin(), plain_texts.end());
  if (const std::string pattern = keyword_of(schema, "pattern"); !pattern.empty())
    std::erase_if(candidates, [wanted = std::regex(pattern)](std::string_view candidate) {
      return !std::regex_match(candidate.begin(), candidate.end(), wanted);
    });
  std::string drawn(is_odd || candidates.empty() ? dice.pick(odd_texts) : dice.pick(candidates));
  if (name == "timezone" && !is_odd) drawn = "Europe/Lisbon";
  const auto least = static_cast<std::size_t>(std::clamp<std::int64_t>(bound(schema, "minLength", 0), 0, 1000));
  while (drawn.size() < least && !dice.one_in(16)) drawn += static_cast<char>('a' + dice.below(26));
  if (is_odd && dice.one_in(5)) drawn.append(static_cast<std::size_t>(bound(schema, "maxLength", 100) % 5000), 'x');
  return drawn;
}

Json Sampler::anything(Dice& dice) const {
  switch (dice.below(8)) {
    case 0: return nullptr;
    case 1: return dice.one_in(2);
    case 2: return static_cast<std::int64_t>(dice.below(100)) - 50;
    case 3: return 1e300;
    case 4: return Json::array({1, "x", nullptr});
    case 5: return Json{{"a", Json::object()}};
    case 6: return some_id({}, dice);
    default: return std::string(dice.pick(odd_texts));
  }
}

Json Sampler::value(const Json& given, std::string_view name, Dice& dice, int depth) const {
  if (dice.one_in(32) || depth > 8) return anything(dice);
  const std::string reference = keyword_of(given, "$ref");
  if (!reference.empty()) return value(document_[Json::json_pointer(reference.substr(1))], name, dice, depth + 1);
  for (const char* choices : {"anyOf", "oneOf"})
    if (given.contains(choices)) return value(dice.pick(given[choices]), name, dice, depth + 1);
  if (given.contains("enum")) return dice.pick(given["enum"]);
  const std::string type = keyword_of(given, "type");
  if (type == "string") return text(given, name, dice);
  if (type == "boolean") return dice.one_in(2);
  if (type == "number") return static_cast<double>(dice.below(2000)) / 8 - 10;
  if (type == "integer") {
    const std::int64_t least = bound(given, "minimum", -5);
    const std::int64_t most = bound(given, "maximum", least + 100'000);
    if (dice.one_in(4)) return dice.one_in(2) ? least : most;
    return least +
           static_cast<std::int64_t>(dice.below(static_cast<std::size_t>(std::max<std::int64_t>(most - least, 0)) + 1));
  }
  if (type == "array") {
    Json list = Json::array();
    const auto least = static_cast<std::size_t>(std::clamp<std::int64_t>(bound(given, "minItems", 0), 0, 50));
    for (std::size_t left = least + dice.below(3); left > 0; --left)
      list.push_back(value(given.value("items", Json::object()), name, dice, depth + 1));
    return list;
  }
  if (type == "object" && given.contains("properties")) {
    Json object = Json::object();
    const Json required = given.value("required", Json::array());
    for (const auto& [field, schema] : given["properties"].items()) {
      const bool needed = std::ranges::find(required, Json(field)) != required.end();
      if (needed ? dice.one_in(40) : dice.one_in(2)) continue;
      object[field] = value(schema, field, dice, depth + 1);
    }
    if (dice.one_in(40)) object[std::string(dice.pick(odd_texts))] = anything(dice);
    return object;
  }
  return anything(dice);
}

std::string Sampler::target(const Operation& operation, Dice& dice) const {
  std::string target;
  std::string_view rest = operation.path;
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    target += rest.substr(0, colon);
    if (colon == std::string_view::npos) break;
    // The part before says what it is one of.
    std::string_view before = rest.substr(0, colon);
    before.remove_suffix(1);
    before.remove_prefix(before.rfind('/') + 1);
    rest.remove_prefix(std::min(rest.find('/', colon), rest.size()));
    target += dice.one_in(16) ? encoded(dice.pick(odd_texts)) : some_id(before, dice);
  }
  char separator = '?';
  // One that is only referred to is a header.
  for (const Json& parameter : operation.document["parameters"]) {
    if (parameter.value("in", "") != "query" || (parameter["required"] != true && dice.one_in(2))) continue;
    const auto name = parameter["name"].get<std::string>();
    const Json drawn = value(parameter["schema"], name, dice, 0);
    target += separator + name + '=' + encoded(drawn.is_string() ? drawn.get<std::string>() : dump(drawn));
    separator = '&';
  }
  return target;
}

std::string Sampler::body(const Operation& operation, Dice& dice) const {
  if (!operation.takes_json()) return {};
  return dump(
      value(operation.document[Json::json_pointer("/requestBody/content/application~1json/schema")], "", dice, 0));
}

std::string Sampler::change(std::string_view json, Dice& dice) const {
  Json document = Json::parse(json, nullptr, false);
  if (document.is_discarded()) return std::string(json);
  std::vector<Json*> all;
  collect(document, all);
  Json& chosen = *dice.pick(all);
  if (chosen.is_string() && dice.one_in(2))
    chosen = mutate_bytes(chosen.get<std::string>());
  else if (chosen.is_number_integer() && dice.one_in(2))
    chosen = static_cast<std::int64_t>(static_cast<std::uint64_t>(chosen.get<std::int64_t>()) +
                                       (dice.one_in(2) ? 1u : ~0ull));
  else if (chosen.is_structured() && !chosen.empty() && dice.one_in(2))
    chosen.erase(std::next(chosen.begin(), static_cast<std::ptrdiff_t>(dice.below(chosen.size()))));
  else if (chosen.is_array() && !chosen.empty() && dice.one_in(2))
    chosen.push_back(Json(chosen[dice.below(chosen.size())]));
  else
    chosen = dice.one_in(3) ? Json(*dice.pick(all)) : anything(dice);
  return dump(document);
}

}  // namespace isthmus::fuzz
