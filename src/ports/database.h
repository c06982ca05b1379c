#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "base/task.h"
#include "base/time.h"

namespace isthmus {

struct Blob {
  std::string bytes;
  bool operator==(const Blob&) const = default;
};

/// A value as SQLite has it. Integers must stay within ±2^53: D1 hands them over as JavaScript numbers.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

/// What may be bound to a `?`: optional values become NULL, moments their milliseconds, truth 0 or 1.
inline SqlValue to_sql(std::string value) { return value; }
inline SqlValue to_sql(std::string_view value) { return std::string(value); }
inline SqlValue to_sql(const char* value) { return std::string(value); }
inline SqlValue to_sql(Timestamp value) { return value.ms; }
inline SqlValue to_sql(Blob value) { return value; }
inline SqlValue to_sql(double value) { return value; }
inline SqlValue to_sql(std::nullopt_t) { return std::monostate(); }
inline SqlValue to_sql(std::integral auto value) { return static_cast<std::int64_t>(value); }
template <class T>
SqlValue to_sql(std::optional<T> value) {
  return value ? to_sql(*std::move(value)) : SqlValue();
}

/// One SQL statement with its values, bound to ?1, ?2, … in order.
struct Statement {
  std::string sql;
  std::vector<SqlValue> values;

  // Out of line, for the size of those who hand statements around.
  explicit Statement(std::string text = {}, std::vector<SqlValue> bound = {});
  Statement(const Statement&);
  Statement(Statement&&) noexcept;
  Statement& operator=(const Statement&);
  Statement& operator=(Statement&&) noexcept;
  ~Statement();
};

template <class... Values>
Statement sql(std::string_view text, Values... values) {
  Statement statement{std::string(text)};
  statement.values.reserve(sizeof...(values));
  (statement.values.push_back(to_sql(std::move(values))), ...);
  return statement;
}

/// Puts more statements behind those of a batch.
void append(std::vector<Statement>& batch, std::vector<Statement> more);

/// Refuses the batch, as `guard:REASON`, unless the statement just before it wrote exactly one row.
Statement guard_written(std::string_view reason = "state_changed");

/// A statement as SQLite is to be handed it: with `+?1` for `?1`. SQLite's planner looks at the values of bare
/// parameters (is this compared with 0 or 1, how many rows does LIMIT take) and then compiles the statement anew for
/// other values. D1 clears them after each use, so that such a statement is compiled at every use, which takes longer
/// than running it. At what stands behind a sign it does not look. `?` in a quoted text stays.
std::string planned_once(std::string_view sql);

namespace detail {

bool read_column(SqlValue& value, std::string& out);
bool read_column(SqlValue& value, std::int64_t& out);
bool read_column(SqlValue& value, double& out);
bool read_column(SqlValue& value, bool& out);
bool read_column(SqlValue& value, Timestamp& out);
bool read_column(SqlValue& value, Blob& out);
template <class T>
bool read_column(SqlValue& value, std::optional<T>& out) {
  if (std::holds_alternative<std::monostate>(value)) return true;
  return read_column(value, out.emplace());
}

/// An aggregate can be made from any of its members, so "is it constructible from N of these" counts them.
struct AnyColumn {
  template <class T>
  operator T() const;  // NOLINT(google-explicit-constructor)
};
template <class Row, class... Columns>
consteval std::size_t count_members() {
  if constexpr (requires { Row{Columns{}..., AnyColumn{}}; })
    return count_members<Row, Columns..., AnyColumn>();
  else
    return sizeof...(Columns);
}

template <class Row>
auto tie_members(Row& row) {
  constexpr std::size_t count = count_members<Row>();
  static_assert(count >= 1 && count <= 16, "a row has 1 to 16 columns; select JSON for more");
#define ISTHMUS_TIE(n, ...)       \
  if constexpr (count == n) {     \
    auto& [__VA_ARGS__] = row;    \
    return std::tie(__VA_ARGS__); \
  } else
  ISTHMUS_TIE(1, a)
  ISTHMUS_TIE(2, a, b)
  ISTHMUS_TIE(3, a, b, c)
  ISTHMUS_TIE(4, a, b, c, d)
  ISTHMUS_TIE(5, a, b, c, d, e)
  ISTHMUS_TIE(6, a, b, c, d, e, f)
  ISTHMUS_TIE(7, a, b, c, d, e, f, g)
  ISTHMUS_TIE(8, a, b, c, d, e, f, g, h)
  ISTHMUS_TIE(9, a, b, c, d, e, f, g, h, i)
  ISTHMUS_TIE(10, a, b, c, d, e, f, g, h, i, j)
  ISTHMUS_TIE(11, a, b, c, d, e, f, g, h, i, j, k)
  ISTHMUS_TIE(12, a, b, c, d, e, f, g, h, i, j, k, l)
  ISTHMUS_TIE(13, a, b, c, d, e, f, g, h, i, j, k, l, m)
  ISTHMUS_TIE(14, a, b, c, d, e, f, g, h, i, j, k, l, m, n)
  ISTHMUS_TIE(15, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)
  ISTHMUS_TIE(16, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) {}
#undef ISTHMUS_TIE
}

Error row_mismatch(std::string_view problem);

}  // namespace detail

/// What one statement gave. How many rows a statement changed is not told: D1 counts those of triggers too. Ask with
/// RETURNING, or with `changes()` in the statement behind.
struct ResultSet {
  std::uint32_t columns = 0;
  std::vector<SqlValue> cells;  ///< row after row

  std::size_t rows() const { return columns == 0 ? 0 : cells.size() / columns; }
  bool empty() const { return cells.empty(); }

  /// Reads every row into a plain struct: the first selected column into its first member, and so on. A column that
  /// does not fit its member is an internal error.
  template <class Row>
  Result<std::vector<Row>> as() && {
    std::vector<Row> out;
    out.reserve(rows());
    for (std::size_t row = 0; row < rows(); ++row) {
      auto members = detail::tie_members(out.emplace_back());
      if (std::tuple_size_v<decltype(members)> != columns)
        return Failure(detail::row_mismatch("the number of columns"));
      const bool fits =
          std::apply([&, index = row * columns](
                         auto&... member) mutable { return (detail::read_column(cells[index++], member) && ...); },
                     members);
      if (!fits) return Failure(detail::row_mismatch("the type of a column"));
    }
    return out;
  }
  /// The first row, if there is one.
  template <class Row>
  Result<std::optional<Row>> first() && {
    if (rows() > 1) cells.resize(columns);
    auto all = std::move(*this).template as<Row>();
    if (!all) return Failure(std::move(all).error());
    if (all->empty()) return std::optional<Row>();
    return std::optional<Row>(std::move(all->front()));
  }
  /// The text in the first column of the first row, or "" where there is none: for listings that SQLite writes as JSON.
  std::string text() &&;
};

/// Whether a batch may be sent again when its answer was lost.
enum class OnLostAnswer {
  fail,   ///< it may have happened: the caller is told 503
  retry,  ///< reading, or writing whose second time is harmless
};

/// Which copy of the database a request reads. Copies lag behind the primary, which alone is written to.
enum class ReadFrom : std::uint8_t {
  untracked,            ///< the primary, and no bookmark is given back: outside of requests
  primary,              ///< begins at the primary; later batches see at least as much
  bookmark_or_primary,  ///< a copy as new as the client's bookmark; where it sent none, the primary
  bookmark_or_nearest,  ///< a copy as new as the client's bookmark; where it sent none, any
};

/// The database. There are no interactive transactions: a batch is the transaction, and its guards are in the SQL.
/// Fails with 409 where a constraint or a guard refused (`code` "constraint", the database's own text in the log part;
/// see `on_constraint`), with 503 where the database could not be reached, 500 for a wrong statement.
class Database {
 public:
  virtual ~Database() = default;
  /// All or nothing, in order; one result set a statement.
  virtual Task<Result<std::vector<ResultSet>>> batch(std::vector<Statement> statements,
                                                     OnLostAnswer on_lost_answer) = 0;
  /// Said before the first batch; the last word counts. A database without copies need not listen.
  virtual void read_from(ReadFrom) {}

  /// Reads one statement's rows.
  Task<Result<ResultSet>> read(Statement statement);
  template <class Row>
  Task<Result<std::vector<Row>>> all(Statement statement) {
    co_return (co_await read(std::move(statement))).template as<Row>();
  }
  template <class Row>
  Task<Result<std::optional<Row>>> first(Statement statement) {
    co_return (co_await read(std::move(statement))).template first<Row>();
  }
  /// Runs one statement that writes. It is not sent again when its answer is lost.
  Task<Result<ResultSet>> write(Statement statement);
};

/// True where the database refused because of this constraint or guard: `users.email`, `slot_taken`.
bool violates(const Error& error, std::string_view constraint);

/// Turns the refusal of one constraint into the error that the client should see; other errors stay as they are.
template <class T>
Result<T> on_constraint(Result<T> result, std::string_view constraint, Error meant) {
  if (!result && violates(result.error(), constraint)) return Failure(std::move(meant));
  return result;
}

/// The error of a constraint or guard, made by the ports from the database's message.
Error constraint_error(std::string database_message);

}  // namespace isthmus
