#include "simulation/parts/courses.h"

#include <array>

#include "simulation/parts.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

/// What a creator knows of the own work.
struct Shelf {
  std::vector<std::string> courses;
  int begun = 0;
};

void prepare(Life& life) {
  auto& catalogue = life.belongings.of<Catalogue>();
  Dice dice = life.dice.fork("catalogue");
  catalogue.category_id = "01929d7b-1a00-7000-8000-00000000000" + std::to_string(dice.below(10));
  life.world.database.execute("INSERT INTO categories (id, slug, name, position) VALUES (?1, 'code', 'Code', 0)",
                              {catalogue.category_id});
}

Script<> create_course(Person& person) {
  auto& shelf = person.belongings.of<Shelf>();
  const std::string title = "Course " + std::to_string(++shelf.begun) + " of " + person.name;
  Json body{{"title", title},
            {"description", "All there is to know."},
            {"categoryId", person.life.belongings.of<Catalogue>().category_id},
            {"level", "beginner"},
            {"priceCents", 50 + static_cast<std::int64_t>(person.dice().below(90'000))},
            {"objectives", {"Know it"}},
            {"modules", {{{"title", "First"}, {"lessons", {"One", "Two"}}}}}};
  const How how{.idempotency_key = person.next_key(), .tries = 4};
  const auto reply = co_await person.ask("POST", "/api/courses", body, how);
  if (!person.expect(reply, {201, 401}) || reply->status != 201) co_return;
  const std::string id = text_of(reply->json()["id"]);
  shelf.courses.push_back(id);
  if (person.dice().one_in(6)) co_return;
  const auto published = co_await person.ask("POST", "/api/courses/" + id + "/publish", nullptr, {.tries = 3});
  person.expect(published, {200, 401});
}

Script<> change_price(Person& person) {
  auto& shelf = person.belongings.of<Shelf>();
  const std::string id = person.dice().pick(shelf.courses);
  const Json change{{"priceCents", 50 + static_cast<std::int64_t>(person.dice().below(90'000))}};
  person.expect(co_await person.ask("PATCH", "/api/courses/" + id, change, {.tries = 2}), {200, 401});
}

Script<> browse(Person& person) {
  const auto reply = co_await person.ask("GET", "/api/courses?limit=5", nullptr, {.signed_in = false});
  if (!person.expect(reply, {200})) co_return;
  for (const Json& item : reply->json()["items"])
    if (person.life.count("SELECT count(*) FROM courses WHERE id = ?1 AND status = 'published'",
                          {text_of(item["id"])}) != 1)
      person.life.violate("only published courses are listed", text_of(item["id"]));
}

constexpr std::array deeds{
    Deed{"create a course", 12,
         [](Person& person) { return person.creator && person.signed_in() && person.belongings.of<Shelf>().begun < 3; },
         create_course},
    Deed{"change a price", 1,
         [](Person& person) { return person.signed_in() && !person.belongings.of<Shelf>().courses.empty(); },
         change_price},
    Deed{"browse", 1, [](Person&) { return true; }, browse},
};

std::string note_prices(Life& life) {
  auto& [category, prices, noted_at] = life.belongings.of<Catalogue>();
  const std::string all = "SELECT id, price_cents FROM courses";
  const std::uint64_t written = life.world.database.written_at(all);
  if (std::exchange(noted_at, written) == written) return {};
  const ResultSet rows = life.world.database.execute(all);
  for (std::size_t i = 0; i + 1 < rows.cells.size(); i += 2)
    prices[std::get<std::string>(rows.cells[i])].insert(std::get<std::int64_t>(rows.cells[i + 1]));
  return {};
}

constexpr std::array laws{
    Law{"prices are known", Law::When::always, "", note_prices},
    Law{"one key begins one course", Law::When::always,
        "SELECT title, count(*) FROM courses GROUP BY creator_id, title HAVING count(*) > 1"},
    Law{"the students of a course are counted", Law::When::always,
        "SELECT c.id, c.enrollment_count FROM courses c WHERE c.enrollment_count <> (SELECT count(*) FROM enrollments "
        "e "
        "WHERE e.course_id = c.id AND e.status IN ('enrolled', 'completed'))"},
    Law{"only creators have courses", Law::When::always,
        "SELECT c.id FROM courses c WHERE c.status <> 'archived' AND NOT EXISTS (SELECT 1 FROM user_roles r WHERE "
        "r.user_id = c.creator_id AND r.role = 'creator')"},
};

}  // namespace

std::string some_course(Life& life, Dice& dice) {
  const ResultSet rows = life.world.database.execute("SELECT id FROM courses WHERE status = 'published' ORDER BY id");
  return rows.cells.empty() ? "" : std::get<std::string>(rows.cells[dice.below(rows.cells.size())]);
}

const Part courses{.name = "courses", .deeds = deeds, .laws = laws, .prepare = prepare, .is_needed = true};

}  // namespace isthmus::simulation
