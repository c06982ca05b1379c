#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "native/scheduler.h"
#include "ports/database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace isthmus::native {

/// SQLite in memory, as strict as D1: numbers are bound as REAL, foreign keys hold, statements are limited to 100
/// parameters, 32 function arguments, 100 kB and five compound SELECTs, and a batch is one transaction. Errors are
/// worded as D1 words them.
class SqliteDatabase final : public Database {
 public:
  /// Applies the migrations of `schema/<product>/`, or of `examples/<product>/schema/`, in their order.
  SqliteDatabase(Scheduler& scheduler, const Fates& fates, std::string_view product);

  Task<Result<std::vector<ResultSet>>> batch(std::vector<Statement> statements, OnLostAnswer on_lost_answer) override;
  /// True where no statement could change anything. One that is wrong changes nothing.
  bool only_reads(const std::vector<Statement>& statements);

  /// Runs a batch here and now: all or nothing.
  Result<std::vector<ResultSet>> run_as_transaction(const std::vector<Statement>& statements);

  /// Runs a statement past all imitation of D1, for setting up a test and for looking behind the scenes. A wrong
  /// statement fails the test.
  ResultSet execute(std::string_view sql, std::vector<SqlValue> values = {});
  /// The first column of the first row as a number; 0 where there is none.
  std::int64_t count(std::string_view sql, std::vector<SqlValue> values = {});
  /// The first column of the first row as a text; "" where there is none.
  std::string text(std::string_view sql, std::vector<SqlValue> values = {});

  /// How many rows were ever written. Grows with every write.
  std::int64_t changes() const;
  /// When one of the tables that a query reads was last written to: a number that grows with every such write.
  std::uint64_t written_at(const std::string& sql);

  /// Marks the present contents, once; and goes back to them, as often as wanted: much faster than to build them anew.
  void mark();
  void return_to_mark();

  /// Goes on with the database in a file, whose migrations were applied.
  void open_file(const std::string& path);
  /// Runs a whole script, past D1's limits as well.
  void run_script(const std::string& sql);

  /// How many batches were asked for.
  int round_trips = 0;
  /// The steps of SQLite's machine that they took: what a query costs, the same on every computer.
  std::int64_t steps = 0;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  /// When something was last written to a table; tables keep their places.
  using Written = std::uint64_t;
  struct Prepared {
    std::unique_ptr<sqlite3_stmt, Finalize> statement;
    bool survives_as_object = true;
    /// Also by its triggers.
    std::set<Written*> reads, writes;
  };
  static int note_table(void* self, int action, const char* table, const char*, const char*, const char*);

  /// The statement of this text, prepared once.
  Result<const Prepared*> prepare(const std::string& sql);
  /// Notes what a statement has written, where the count of all changes is no more what it was.
  void note_writes(const Prepared& prepared, std::int64_t changes_before);

  Scheduler& scheduler_;
  const Fates& fates_;
  std::map<std::string, Written, std::less<>> tables_;
  Written writes_ = 0;
  Prepared* being_prepared_ = nullptr;
  std::unique_ptr<sqlite3, Close> database_;
  std::unordered_map<std::string, Prepared> prepared_;
};

}  // namespace isthmus::native
