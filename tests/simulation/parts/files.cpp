#include <array>
#include <map>

#include "simulation/parts.h"
#include "simulation/parts/belonging.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

/// What people know to be stored.
struct Stored {
  std::map<std::string, std::string> materials;  ///< their bytes by their ids
};

std::string course_of_ones_own(Person& person) {
  return person.life.find("SELECT id FROM courses WHERE creator_id = ?1 AND status <> 'archived' ORDER BY id DESC",
                          {person.id});
}

std::string drawn_picture(Person& person) {
  // As far as anybody looks: a PNG's header, 640 pixels wide and 360 high.
  constexpr std::string_view header("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\2\x80\0\0\1h\x08\6\0\0\0", 29);
  return std::string(header).append(person.next_key());
}

Script<> add_material(Person& person) {
  const std::string course = course_of_ones_own(person);
  if (course.empty()) co_return;
  How how{.idempotency_key = person.next_key(), .tries = 3};
  how.file = "what " + person.name + " has to say, " + how.idempotency_key;
  const std::string target = "/api/courses/" + course + "/materials?name=" + how.idempotency_key + ".txt";
  const auto reply = co_await person.ask("POST", target, nullptr, how);
  if (!person.expect(reply, {201, 403, 404, 409, 401}) || reply->status != 201) co_return;
  person.life.belongings.of<Stored>().materials[text_of(reply->json()["id"])] = how.file;
  if (!person.dice().one_in(4)) co_return;
  how.file.back() = '?';
  const auto other = co_await person.ask("POST", target, nullptr, how);
  if (person.expect(other, {201, 403, 404, 409, 401}) && other->status == 201)
    person.life.violate("an answer is for the file that was sent", person.name + ' ' + target);
}

Script<> read_material(Person& person) {
  Life& life = person.life;
  const std::string stored = "SELECT id, course_id FROM course_materials WHERE status = 'stored' ORDER BY id";
  const ResultSet rows = life.world.database.execute(stored);
  if (rows.cells.empty()) co_return;
  const std::size_t row = 2 * person.dice().below(rows.cells.size() / 2);
  const auto& id = std::get<std::string>(rows.cells[row]);
  const auto& course = std::get<std::string>(rows.cells[row + 1]);
  const std::string me = person.id;
  const Belonging before = belonging(life, me, course);
  const auto reply = co_await person.ask("GET", "/api/courses/" + course + "/materials/" + id);
  if (!person.expect(reply, {200, 404, 401})) co_return;
  const Belonging after = belonging(life, me, course);
  const bool is_there = life.count("SELECT count(*) FROM course_materials WHERE id = ?1", {id}) == 1;
  if (reply->status == 404 && is_there && always_belonged(before, after))
    life.violate("who belongs to a course gets its files", person.name + ' ' + id);
  if (reply->status != 200) co_return;
  if (never_belonged(before, after)) life.violate("who does not belong gets no file", person.name + ' ' + id);
  const auto& known = life.belongings.of<Stored>().materials;
  if (const auto bytes = known.find(id); bytes != known.end() && bytes->second != reply->body)
    life.violate("a file is what was stored", id);
}

Script<> remove_material(Person& person) {
  const std::string course = course_of_ones_own(person);
  const std::string id =
      person.life.find("SELECT id FROM course_materials WHERE course_id = ?1 ORDER BY id LIMIT 1", {course});
  if (id.empty()) co_return;
  const std::string target = "/api/courses/" + course + "/materials/" + id;
  person.expect(co_await person.ask("DELETE", target, nullptr, {.tries = 2}), {204, 403, 404, 401});
}

Script<> put_picture(Person& person) {
  const std::string course = course_of_ones_own(person);
  const How how{.tries = 2, .file = drawn_picture(person)};
  const std::string target = course.empty() || person.dice().one_in(2) ? "/api/users/" + person.id + "/avatar"
                                                                       : "/api/courses/" + course + "/thumbnail";
  person.expect(co_await person.ask("PUT", target, nullptr, how), {200, 403, 404, 409, 401});
}

bool creates(Person& person) { return person.creator && is_in(person) && person.standing.belongs; }

constexpr std::array deeds{
    Deed{"add a file to a course", 3, creates, add_material},
    Deed{"remove a file of a course", 1, creates, remove_material},
    Deed{"read a file of a course", 2, is_in, read_material},
    Deed{"put up a picture", 1, is_in, put_picture},
};

/// The text of a query's rows, each of which leads to an object.
std::string objects_missing(Life& life, std::string_view keys) {
  for (const SqlValue& key : life.world.database.execute(keys).cells)
    if (!life.world.bucket.objects.contains(std::get<std::string>(key)))
      return std::get<std::string>(key) + " is not in the bucket";
  return {};
}

std::string pictures_missing(Life& life) {
  return objects_missing(life,
                         "SELECT avatar_key FROM users WHERE avatar_key IS NOT NULL UNION ALL SELECT thumbnail_key "
                         "FROM courses WHERE thumbnail_key IS NOT NULL");
}

std::string materials_missing(Life& life) {
  for (const auto& [id, bytes] : life.belongings.of<Stored>().materials) {
    const std::string key = life.find(
        "SELECT 'courses/' || course_id || '/materials/' || id FROM course_materials WHERE id = ?1 AND status = "
        "'stored'",
        {id});
    if (key.empty()) continue;
    const auto object = life.world.bucket.objects.find(key);
    if (object == life.world.bucket.objects.end() || object->second.bytes != bytes)
      return key + " is not what was stored";
  }
  return objects_missing(life,
                         "SELECT 'courses/' || course_id || '/materials/' || id FROM course_materials WHERE status = "
                         "'stored'");
}

/// What lies in the bucket and nothing leads to. The picture of a live account may be there before its account says so.
std::string objects_without_rows(Life& life) {
  const auto is_known = [&](std::string_view sql, const std::string& key) {
    return life.count(std::string("SELECT count(*) FROM ").append(sql), {key}) > 0;
  };
  for (const auto& [key, object] : life.world.bucket.objects) {
    bool known = true;
    if (key.contains("/materials/"))
      known = is_known(
          "course_materials WHERE status = 'stored' AND 'courses/' || course_id || '/materials/' || id = ?1", key);
    else if (key.starts_with("avatars/"))
      known = is_known("users WHERE deleted_at IS NULL AND 'avatars/' || id = ?1", key);
    else if (key.starts_with("recordings/"))
      known = is_known("recordings WHERE status = 'stored' AND object_key = ?1", key);
    if (!known) return key;
  }
  return {};
}

constexpr std::array laws{
    Law{"a file that was stored is there, as it was", Law::When::in_the_end, "", materials_missing},
    Law{"a picture that is shown is there", Law::When::in_the_end, "", pictures_missing},
    Law{"no upload is left half done", Law::When::in_the_end,
        "SELECT id FROM course_materials WHERE status = 'uploading'"},
    Law{"what nothing leads to is cleaned away", Law::When::in_the_end, "", objects_without_rows},
};

}  // namespace

const Part files{"files", deeds, laws};

}  // namespace isthmus::simulation
