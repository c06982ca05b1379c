#include "native/sqlite_database.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "base/strings.h"

namespace isthmus::native {

namespace {

enum class Numbers {
  as_sqlite,  ///< integers stay integers
  as_d1,      ///< everything is a JavaScript number: bound as REAL, and 3.0 comes back as 3
};

/// "D1_ERROR: UNIQUE constraint failed: users.email: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)"
std::string d1_message(sqlite3* database) {
  const auto extended = [&]() -> std::string_view {
    switch (sqlite3_extended_errcode(database)) {
      case SQLITE_CONSTRAINT_UNIQUE: return "SQLITE_CONSTRAINT_UNIQUE";
      case SQLITE_CONSTRAINT_PRIMARYKEY: return "SQLITE_CONSTRAINT_PRIMARYKEY";
      case SQLITE_CONSTRAINT_CHECK: return "SQLITE_CONSTRAINT_CHECK";
      case SQLITE_CONSTRAINT_TRIGGER: return "SQLITE_CONSTRAINT_TRIGGER";
      case SQLITE_CONSTRAINT_FOREIGNKEY: return "SQLITE_CONSTRAINT_FOREIGNKEY";
      case SQLITE_CONSTRAINT_NOTNULL: return "SQLITE_CONSTRAINT_NOTNULL";
      case SQLITE_CONSTRAINT_DATATYPE: return "SQLITE_CONSTRAINT_DATATYPE";
      default: return "SQLITE_CONSTRAINT";
    }
  };
  std::string message = "D1_ERROR: ";
  message += sqlite3_errmsg(database);
  if (sqlite3_errcode(database) != SQLITE_CONSTRAINT) return message + ": SQLITE_ERROR";
  return message + ": SQLITE_CONSTRAINT (extended: " + std::string(extended()) + ")";
}

Error error_of(sqlite3* database) {
  if ((sqlite3_errcode(database) & 0xff) == SQLITE_CONSTRAINT) return constraint_error(d1_message(database));
  return internal_error(d1_message(database));
}

bool bind(sqlite3_stmt* statement, int place, const SqlValue& value, Numbers numbers) {
  struct Binder {
    sqlite3_stmt* statement;
    int place;
    Numbers numbers;
    int operator()(std::monostate) const { return sqlite3_bind_null(statement, place); }
    int operator()(std::int64_t number) const {
      return numbers == Numbers::as_d1 ? sqlite3_bind_double(statement, place, static_cast<double>(number))
                                       : sqlite3_bind_int64(statement, place, number);
    }
    int operator()(double number) const { return sqlite3_bind_double(statement, place, number); }
    int operator()(const std::string& text) const {
      return sqlite3_bind_text64(statement, place, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    int operator()(const Blob& blob) const {
      return sqlite3_bind_blob64(statement, place, blob.bytes.data(), blob.bytes.size(), SQLITE_TRANSIENT);
    }
  };
  return std::visit(Binder{statement, place, numbers}, value) == SQLITE_OK;
}

SqlValue column(sqlite3_stmt* statement, int index, Numbers numbers) {
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER: return sqlite3_column_int64(statement, index);
    case SQLITE_FLOAT: {
      const double number = sqlite3_column_double(statement, index);
      if (numbers == Numbers::as_d1 && std::trunc(number) == number && std::fabs(number) < 9e15)
        return static_cast<std::int64_t>(number);
      return number;
    }
    case SQLITE_TEXT: return std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, index)), size);
    case SQLITE_BLOB: return Blob{std::string(static_cast<const char*>(sqlite3_column_blob(statement, index)), size)};
    default: return std::monostate();
  }
}

/// D1 makes an object of each row: of two columns with one name only one is left, and names that look like indexes come
/// first, whatever their place.
bool survives_as_object(sqlite3_stmt* statement) {
  const int count = sqlite3_column_count(statement);
  std::vector<std::string_view> names;
  for (int i = 0; i < count; ++i) names.emplace_back(sqlite3_column_name(statement, i));
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end() &&
         (count <= 1 ||
          std::ranges::none_of(names, [](std::string_view name) { return to_integer(name).has_value(); }));
}

/// Leaves a statement ready for its next use.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

Result<ResultSet> run_one(sqlite3* database, sqlite3_stmt* raw, bool survives, std::string_view sql,
                          const std::vector<SqlValue>& values, Numbers numbers, std::int64_t& steps) {
  const Reset reset{raw};
  if (static_cast<std::size_t>(sqlite3_bind_parameter_count(raw)) != values.size())
    return Failure(internal_error("D1_ERROR: Wrong number of parameter bindings for SQL query: " + std::string(sql)));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!bind(raw, static_cast<int>(i) + 1, values[i], numbers)) return Failure(error_of(database));

  if (numbers == Numbers::as_d1 && !survives)
    return Failure(internal_error("D1 needs columns of different names that are no numbers: " + std::string(sql)));

  ResultSet rows;
  rows.columns = static_cast<std::uint32_t>(sqlite3_column_count(raw));
  while (true) {
    const int step = sqlite3_step(raw);
    if (step != SQLITE_ROW) steps += sqlite3_stmt_status(raw, SQLITE_STMTSTATUS_VM_STEP, 1);
    if (step == SQLITE_DONE) return rows;
    if (step != SQLITE_ROW) return Failure(error_of(database));
    for (int i = 0; i < static_cast<int>(rows.columns); ++i) rows.cells.push_back(column(raw, i, numbers));
  }
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::filesystem::path> migrations_of(std::string_view product) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path root = ISTHMUS_SOURCE_DIR;
  std::filesystem::path folder = root / "schema" / product;
  if (!is_directory(folder)) folder = root / "examples" / product / "schema";
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".sql") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

/// D1's limits (developers.cloudflare.com/d1/platform/limits) and those that workerd sets on its SQLite.
void limit_as_d1(sqlite3* database) {
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, 2'000'000);
  sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, 100'000);
  sqlite3_limit(database, SQLITE_LIMIT_COLUMN, 100);
  sqlite3_limit(database, SQLITE_LIMIT_EXPR_DEPTH, 100);
  sqlite3_limit(database, SQLITE_LIMIT_COMPOUND_SELECT, 5);
  sqlite3_limit(database, SQLITE_LIMIT_VDBE_OP, 25'000);
  sqlite3_limit(database, SQLITE_LIMIT_FUNCTION_ARG, 32);
  sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(database, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50);
  sqlite3_limit(database, SQLITE_LIMIT_VARIABLE_NUMBER, 100);
  sqlite3_limit(database, SQLITE_LIMIT_TRIGGER_DEPTH, 10);
}

void must_execute(sqlite3* database, const char* sql) {
  const int status = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
  REQUIRE_MESSAGE(status == SQLITE_OK, sqlite3_errmsg(database));
}

using Opened = std::unique_ptr<sqlite3, decltype([](sqlite3* database) { sqlite3_close(database); })>;

Opened open_in_memory() {
  sqlite3* opened = nullptr;
  REQUIRE(sqlite3_open(":memory:", &opened) == SQLITE_OK);
  return Opened(opened);
}

struct Image {
  std::unique_ptr<unsigned char, decltype([](unsigned char* bytes) { sqlite3_free(bytes); })> bytes;
  sqlite3_int64 size = 0;
};

/// A product's empty database as a file's bytes: migrating takes much longer than copying, and tests open many.
const Image& migrated(std::string_view product) {
  static std::map<std::string, Image, std::less<>> images;
  const auto known = images.find(product);
  if (known != images.end()) return known->second;
  const Opened database = open_in_memory();
  must_execute(database.get(), "PRAGMA foreign_keys = ON");
  for (const auto& file : migrations_of(product)) must_execute(database.get(), read_file(file).c_str());
  Image& image = images[std::string(product)];
  image.bytes.reset(sqlite3_serialize(database.get(), "main", &image.size, 0));
  REQUIRE(image.bytes);
  return image;
}

}  // namespace

void SqliteDatabase::Close::operator()(sqlite3* database) const { sqlite3_close(database); }
void SqliteDatabase::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

SqliteDatabase::SqliteDatabase(Scheduler& scheduler, const Fates& fates, std::string_view product)
    : scheduler_(scheduler), fates_(fates) {
  const Image& image = migrated(product);
  database_.reset(open_in_memory().release());
  sqlite3_set_authorizer(database_.get(), note_table, this);
  // The database frees what it is given.
  auto* bytes = static_cast<unsigned char*>(sqlite3_malloc64(static_cast<sqlite3_uint64>(image.size)));
  std::copy_n(image.bytes.get(), image.size, bytes);
  REQUIRE(sqlite3_deserialize(database_.get(), "main", bytes, image.size, image.size,
                              SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) == SQLITE_OK);
  must_execute(database_.get(), "PRAGMA foreign_keys = ON");
  limit_as_d1(database_.get());
}

int SqliteDatabase::note_table(void* self, int action, const char* table, const char*, const char*, const char*) {
  auto& database = *static_cast<SqliteDatabase*>(self);
  if (!database.being_prepared_ || !table) return SQLITE_OK;
  const bool writes = action == SQLITE_INSERT || action == SQLITE_UPDATE || action == SQLITE_DELETE;
  if (!writes && action != SQLITE_READ) return SQLITE_OK;
  auto& tables = writes ? database.being_prepared_->writes : database.being_prepared_->reads;
  const auto known = database.tables_.find(std::string_view(table));
  tables.insert(known != database.tables_.end() ? &known->second : &database.tables_[table]);
  return SQLITE_OK;
}

Result<const SqliteDatabase::Prepared*> SqliteDatabase::prepare(const std::string& sql) {
  const auto known = prepared_.find(sql);
  if (known != prepared_.end()) return &known->second;
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const std::string sent = planned_once(sql);
  Prepared prepared;
  being_prepared_ = &prepared;
  const int status = sqlite3_prepare_v2(database_.get(), sent.data(), static_cast<int>(sent.size()), &raw, &rest);
  being_prepared_ = nullptr;
  if (status != SQLITE_OK) return Failure(error_of(database_.get()));
  prepared.statement.reset(raw);
  if (!prepared.statement) return Failure(internal_error("D1_ERROR: No SQL statements detected."));
  if (!trim({rest, sent.data() + sent.size()}).empty())
    return Failure(internal_error("a statement is followed by another: " + sql));
  prepared.survives_as_object = survives_as_object(raw);
  return &prepared_.emplace(sql, std::move(prepared)).first->second;
}

void SqliteDatabase::note_writes(const Prepared& prepared, std::int64_t changes_before) {
  if (prepared.writes.empty() || changes() == changes_before) return;
  ++writes_;
  for (Written* table : prepared.writes) *table = writes_;
}

std::uint64_t SqliteDatabase::written_at(const std::string& sql) {
  const auto prepared = prepare(sql);
  Written newest = 0;
  if (prepared)
    for (const Written* table : (*prepared)->reads) newest = std::max(newest, *table);
  return newest;
}

void SqliteDatabase::open_file(const std::string& path) {
  sqlite3* opened = nullptr;
  REQUIRE_MESSAGE(sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK, path);
  prepared_.clear();
  database_.reset(opened);
  must_execute(opened, "PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000");
  limit_as_d1(opened);
}

void SqliteDatabase::run_script(const std::string& sql) {
  for (int limit = SQLITE_LIMIT_LENGTH; limit <= SQLITE_LIMIT_TRIGGER_DEPTH; ++limit)
    sqlite3_limit(database_.get(), limit, std::numeric_limits<int>::max());
  must_execute(database_.get(), sql.c_str());
  limit_as_d1(database_.get());
}

Result<std::vector<ResultSet>> SqliteDatabase::run_as_transaction(const std::vector<Statement>& statements) {
  // What BEGIN and COMMIT do, also behind a mark.
  execute("SAVEPOINT batch");
  std::vector<ResultSet> sets;
  for (const Statement& statement : statements) {
    const auto prepared = prepare(statement.sql);
    const std::int64_t changes_before = changes();
    auto rows = prepared ? run_one(database_.get(), (*prepared)->statement.get(), (*prepared)->survives_as_object,
                                   statement.sql, statement.values, Numbers::as_d1, steps)
                         : Result<ResultSet>(Failure(prepared.error()));
    if (prepared) note_writes(**prepared, changes_before);
    if (!rows) {
      execute("ROLLBACK TO batch");
      execute("RELEASE batch");
      return Failure(std::move(rows).error());
    }
    sets.push_back(*std::move(rows));
  }
  execute("RELEASE batch");
  return sets;
}

Task<Result<std::vector<ResultSet>>> SqliteDatabase::batch(std::vector<Statement> statements,
                                                           OnLostAnswer on_lost_answer) {
  constexpr int most_tries = 3;
  for (int tries = 1;; ++tries) {
    ++round_trips;
    const Fate fate = fates_ ? fates_({"database", "batch"}) : Fate{};
    co_await scheduler_.wait(fate.before);
    if (fate.fault == Fate::Fault::not_done) co_return Failure(unavailable("D1_ERROR: D1 DB is overloaded."));
    auto sets = run_as_transaction(statements);
    co_await scheduler_.wait(fate.after);
    if (fate.fault != Fate::Fault::answer_lost) co_return sets;
    if (on_lost_answer == OnLostAnswer::fail || tries == most_tries)
      co_return Failure(unavailable("D1_ERROR: Network connection lost."));
  }
}

bool SqliteDatabase::only_reads(const std::vector<Statement>& statements) {
  return std::ranges::all_of(statements, [&](const Statement& statement) {
    const auto prepared = prepare(statement.sql);
    return !prepared || sqlite3_stmt_readonly((*prepared)->statement.get()) != 0;
  });
}

ResultSet SqliteDatabase::execute(std::string_view sql, std::vector<SqlValue> values) {
  const std::string text(sql);
  std::int64_t steps_behind_the_scenes = 0;
  const auto prepared = prepare(text);
  REQUIRE_MESSAGE(prepared.has_value(), (prepared ? "" : prepared.error().log.value));
  const std::int64_t changes_before = changes();
  auto rows = run_one(database_.get(), (*prepared)->statement.get(), true, text, values, Numbers::as_sqlite,
                      steps_behind_the_scenes);
  note_writes(**prepared, changes_before);
  REQUIRE_MESSAGE(rows.has_value(), (rows ? "" : rows.error().log.value + rows.error().text.value));
  return *std::move(rows);
}

std::int64_t SqliteDatabase::changes() const { return sqlite3_total_changes64(database_.get()); }

void SqliteDatabase::mark() { must_execute(database_.get(), "SAVEPOINT mark"); }

void SqliteDatabase::return_to_mark() { must_execute(database_.get(), "ROLLBACK TO mark"); }

std::int64_t SqliteDatabase::count(std::string_view sql, std::vector<SqlValue> values) {
  auto rows = execute(sql, std::move(values));
  std::int64_t number = 0;
  if (!rows.empty()) detail::read_column(rows.cells.front(), number);
  return number;
}

std::string SqliteDatabase::text(std::string_view sql, std::vector<SqlValue> values) {
  return execute(sql, std::move(values)).text();
}

}  // namespace isthmus::native
