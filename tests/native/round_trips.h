#pragma once

#include <string>
#include <string_view>

#include "native/sqlite_database.h"
#include "ports/database.h"

/// How often a request goes to the database. A batch is one round trip: it reads where none of its statements could
/// write, else it writes, whether or not it changed anything. What counts is what the client waits for: the stages, the
/// rate limit counted in the database and the idempotency key included, the work behind the answer not. A batch that is
/// sent again because its answer was lost counts once. Behind a batch that the database refused the request begins
/// anew, which is counted apart.
namespace isthmus::native {

struct RoundTrips {
  int reads = 0;
  int writes = 0;
  int afterwards = 0;  ///< of the work behind the answer
  int again = 0;       ///< behind the first batch that was refused: somebody was faster, and it is decided anew
};

/// The database as one request has it.
class CountedDatabase final : public Database {
 public:
  explicit CountedDatabase(SqliteDatabase& database) : database_(database) {}

  Task<Result<std::vector<ResultSet>>> batch(std::vector<Statement> statements, OnLostAnswer on_lost_answer) override;
  void read_from(ReadFrom copy) override { copy_ = copy; }

  void answered() { is_answered_ = true; }
  const RoundTrips& round_trips() const { return round_trips_; }
  /// What the request said of where it may be read.
  ReadFrom copy() const { return copy_; }

 private:
  SqliteDatabase& database_;
  RoundTrips round_trips_;
  ReadFrom copy_ = ReadFrom::untracked;
  bool is_answered_ = false;
  bool is_refused_ = false;
};

/// Fails the test where a request took more than two trips to read or two to write, or began anew without end;
/// `route` is its method and path as the table of the app has them. Where ISTHMUS_ROUND_TRIPS names a file, the most of
/// each route is written there at the end, as JSON. An answer of 500 and above is not judged: freeing what a failed
/// request held is one trip more.
void judge_round_trips(std::string_view app, const std::string& route, int status, const RoundTrips& round_trips);

}  // namespace isthmus::native
