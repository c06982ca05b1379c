#include "http/openapi.h"

#include <doctest/doctest.h>

#include "native/server.h"

using namespace isthmus;
using native::Json;

namespace {

struct Gift {
  std::string bookId;
};
constexpr auto schema(Gift*) { return object("Gift", field("bookId", &Gift::bookId, uuid)); }

struct Parcel {
  std::vector<Gift> gifts;
};
constexpr auto schema(Parcel*) { return object("Parcel", field("gifts", &Parcel::gifts, items(0, 9))); }

struct Wish {
  std::string text;
};
constexpr auto schema(Wish*) { return object("Wish", field("text", &Wish::text, length(1, 9))); }

struct Ticket {
  std::string token;
};
constexpr auto schema(Ticket*) { return object("Ticket", field("token", &Ticket::token)); }

struct Filter {
  std::optional<std::string> ownerId, words;
};
constexpr auto schema(Filter*) {
  return object("Filter", field("ownerId", &Filter::ownerId, uuid), field("words", &Filter::words));
}

struct Words {
  std::optional<std::string> words;
};
constexpr auto schema(Words*) { return object("Words", field("words", &Words::words)); }

template <class T>
Task<Result<Response>> take(Request&, T) {
  co_return no_content();
}

Task<Result<Response>> make(Request&) { co_return created(Wish{"x"}); }

constexpr auto routes = table(
    post("/api/gifts").limit(flood_only).body<Gift>().open_to(anyone).answers_nothing().run<take<Gift>>(),
    post("/api/parcels").limit(flood_only).body<Parcel>().open_to(anyone).answers_nothing().run<take<Parcel>>(),
    post("/api/wishes").limit(flood_only).body<Wish>().open_to(anyone).answers_nothing().run<take<Wish>>(),
    get("/api/tickets").limit(flood_only).query<Ticket>().open_to(anyone).answers_nothing().run<take<Ticket>>(),
    get("/api/books").limit(flood_only).query<Filter>().open_to(anyone).answers_nothing().run<take<Filter>>(),
    post("/api/shelves").limit(flood_only).no_input().open_to(anyone).answers<Wish>(201).or_existing().run<make>(),
    post("/api/papers").limit(flood_only).no_input().open_to(anyone).answers<Wish>(201).run<make>(),
    get("/api/words").limit(flood_only).query<Words>().open_to(anyone).answers_nothing().run<take<Words>>());

Json responses(const char* path, const char* method) {
  return Json::parse(openapi_document({"books", "Books", routes}))["paths"][path][method]["responses"];
}
bool declares_404(const char* path, const char* method) { return responses(path, method).contains("404"); }

}  // namespace

TEST_CASE("what is named in a body, however deep, may not be there") {
  CHECK(declares_404("/api/gifts", "post"));
  CHECK(declares_404("/api/parcels", "post"));
  CHECK_FALSE(declares_404("/api/wishes", "post"));
}

TEST_CASE("what a query names by an id, or must name, may not be there") {
  CHECK(declares_404("/api/books", "get"));
  CHECK(declares_404("/api/tickets", "get"));
  CHECK_FALSE(declares_404("/api/words", "get"));
}

TEST_CASE("what is there already is answered as it was when it was made, with 200") {
  const Json made = responses("/api/shelves", "post");
  CHECK(made["201"]["content"] == made["200"]["content"]);
  CHECK(made["201"]["description"] != made["200"]["description"]);
  CHECK_FALSE(responses("/api/papers", "post").contains("200"));
}
