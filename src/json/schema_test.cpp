#include "json/schema.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace isthmus;

namespace {

enum class Colour { red, green };
constexpr auto schema(Colour*) { return one_of(EnumName{"red", Colour::red}, EnumName{"green", Colour::green}); }

struct Part {
  std::string title;
  std::int32_t minutes = 0;
};
constexpr auto schema(Part*) {
  return object("Part", field("title", &Part::title, trimmed, length(2, 10)),
                field("minutes", &Part::minutes, range(1, 600)));
}

struct Thing {
  std::string name;
  std::string email;
  Colour colour = Colour::red;
  std::optional<std::string> note;
  std::vector<Part> parts;
  bool open = true;
};
constexpr auto schema(Thing*) {
  return object("Thing", field("name", &Thing::name, trimmed, length(2, 100)),
                field("email", &Thing::email, email_address), field("colour", &Thing::colour),
                field("note", &Thing::note, length(0, 5)), field("parts", &Thing::parts, items(1, 3)),
                field("open", &Thing::open, or_default));
}

struct Offer {
  std::vector<std::int64_t> lengths{60};
};
constexpr auto schema(Offer*) { return object("Offer", field("lengths", &Offer::lengths, or_default)); }

Result<Thing> read(std::string_view json) {
  const auto value = parse_json(json);
  if (!value) return Failure(value.error());
  return decode<Thing>(*value);
}

nlohmann::json problems_of(std::string_view json) {
  const auto result = read(json);
  REQUIRE_FALSE(result.has_value());
  REQUIRE(result.error().status == 400);
  return nlohmann::json::parse(result.error().details);
}

constexpr std::string_view good =
    R"({"name":" Ada ","email":"ada@example.org","colour":"green","parts":[{"title":"One","minutes":5}]})";

}  // namespace

TEST_CASE("a list that is given stands instead of its default") {
  CHECK(decode<Offer>(*parse_json("{}"))->lengths == std::vector<std::int64_t>{60});
  CHECK(decode<Offer>(*parse_json(R"({"lengths":[30,45]})"))->lengths == std::vector<std::int64_t>{30, 45});
  CHECK(decode<Offer>(*parse_json(R"({"lengths":[]})"))->lengths.empty());
}

TEST_CASE("a valid document becomes a struct") {
  const auto thing = read(good);
  REQUIRE(thing.has_value());
  CHECK(thing->name == "Ada");
  CHECK(thing->colour == Colour::green);
  CHECK_FALSE(thing->note.has_value());
  CHECK(thing->parts.at(0).minutes == 5);
  CHECK(thing->open);
}

TEST_CASE("all problems are told at once, per field") {
  const auto details = problems_of(
      R"({"name":"A","email":"nobody","colour":"blue","note":null,"parts":[{"title":"x","minutes":1.5}],"extra":1})");
  CHECK(details["formErrors"].empty());
  const auto& fields = details["fieldErrors"];
  CHECK(fields["name"] == nlohmann::json{"must have 2 to 100 characters"});
  CHECK(fields["email"] == nlohmann::json{"must be an e-mail address"});
  CHECK(fields["colour"] == nlohmann::json{"must be one of red, green"});
  CHECK(fields["note"] == nlohmann::json{"must be a text"});
  CHECK(fields["parts"] ==
        nlohmann::json{"[0].title must have 2 to 10 characters", "[0].minutes must be a whole number"});
  CHECK(fields["extra"] == nlohmann::json{"is not a known field"});
}

TEST_CASE("missing, repeated and wrongly shaped input is refused") {
  CHECK(problems_of("{}")["fieldErrors"]["name"] == nlohmann::json{"is required"});
  CHECK(problems_of("[]")["formErrors"] == nlohmann::json{"must be an object"});
  CHECK(problems_of(R"({"name":"Ada","name":"Eve"})")["fieldErrors"]["name"] == nlohmann::json{"is given twice"});
}

TEST_CASE("what was encoded is read back, also by others") {
  const auto thing = read(good);
  REQUIRE(thing.has_value());
  const auto json = nlohmann::json::parse(encode(*thing));
  CHECK(json["note"].is_null());
  CHECK(json["colour"] == "green");
  CHECK(json["parts"][0]["title"] == "One");
}

TEST_CASE("texts with quotes, control characters and emoji are escaped as JSON asks") {
  const std::string text = "a\"b\\c\n\t\x01 é 😀";
  CHECK(nlohmann::json::parse(json_quoted(text)).get<std::string>() == text);
}

TEST_CASE("broken JSON is refused with a reason") {
  CHECK(parse_json("{").error().code == "invalid_json");
  CHECK(parse_json("").error().text.value.contains("empty"));
  CHECK(parse_json("\"\xff\"").error().text.value.contains("UTF-8"));
  CHECK(parse_json(std::string(max_json_depth + 1, '[')).error().code == "invalid_json");
  CHECK(parse_json(std::string(100'000, '[')).error().code == "invalid_json");
  CHECK(parse_json(std::string(100'000, '[') + std::string(100'000, ']')).error().text.value.contains("deeply"));
}

TEST_CASE("a schema is described once, as JSON Schema") {
  JsonWriter json;
  SchemaWriter writer(json);
  writer.write(SchemaWriter::Purpose::request, Codec<Thing>::describe);
  CHECK(json.text() == R"({"$ref":"#/components/schemas/Thing"})");
  REQUIRE(writer.definitions().size() == 1);
  JsonWriter body;
  SchemaWriter inner(body);
  inner.write(SchemaWriter::Purpose::request, writer.definitions()[0].describe);
  const auto described = nlohmann::json::parse(body.text());
  CHECK(described["properties"]["name"]["maxLength"] == 100);
  CHECK(described["properties"]["colour"]["enum"] == nlohmann::json{"red", "green"});
  CHECK(described["required"] == nlohmann::json{"name", "email", "colour", "parts"});
  CHECK(described["additionalProperties"] == false);
}

TEST_CASE("e-mail addresses and web addresses are told from other texts") {
  const auto accepts = [](const auto& rule, std::string text) {
    Problems problems;
    rule.check(text, problems);
    return problems.empty();
  };
  for (const char* text : {"a@b", "ada.lovelace+x@example.co.uk", "o'hara@x-y.io"}) CHECK(accepts(email_address, text));
  for (const char* text : {"", "@b", "a@", "a b@c", "a@b..c", "a@-b.c", "é@b.c", "a@b@c", "a\r\n@b.c"})
    CHECK_FALSE(accepts(email_address, text));
  for (const char* text : {"https://example.org", "http://localhost:8787/path?x=1#y"})
    CHECK(accepts(web_address, text));
  for (const char* text : {"", "javascript:alert(1)", "https://", "https://user@host/", "//host", "https://a b",
                           "https://a/\n", "http://http127.1", "http://a:99999"})
    CHECK_FALSE(accepts(web_address, text));
}

namespace {

struct Secret {
  std::string name;
  std::optional<std::string> forTheOwner;
};
constexpr auto schema(Secret*) {
  return object("Secret", field("name", &Secret::name), field("forTheOwner", &Secret::forTheOwner, or_absent));
}

}  // namespace

TEST_CASE("a field that not everyone may see is absent rather than null") {
  CHECK(encode(Secret{"x", {}}) == R"({"name":"x"})");
  CHECK(encode(Secret{"x", "y"}) == R"({"name":"x","forTheOwner":"y"})");
  JsonWriter json;
  SchemaWriter writer(json);
  writer.write(SchemaWriter::Purpose::answer, detail::ObjectTable<Secret>::describe);
  const auto described = nlohmann::json::parse(json.text());
  CHECK(described["required"] == nlohmann::json{"name"});
  CHECK(described["properties"]["forTheOwner"] == nlohmann::json{{"type", "string"}});
}
