#include "ports/database.h"

#include <cmath>
#include <iterator>

namespace isthmus {

Statement::Statement(std::string text, std::vector<SqlValue> bound) : sql(std::move(text)), values(std::move(bound)) {}
[[gnu::noinline]] Statement::Statement(const Statement&) = default;
[[gnu::noinline]] Statement::Statement(Statement&&) noexcept = default;
[[gnu::noinline]] Statement& Statement::operator=(const Statement&) = default;
[[gnu::noinline]] Statement& Statement::operator=(Statement&&) noexcept = default;
[[gnu::noinline]] Statement::~Statement() = default;

void append(std::vector<Statement>& batch, std::vector<Statement> more) {
  batch.insert(batch.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
}

Statement guard_written(std::string_view reason) {
  return sql("INSERT INTO batch_guard (reason) SELECT ?1 WHERE changes() <> 1", reason);
}

std::string planned_once(std::string_view sql) {
  std::string out;
  out.reserve(sql.size() + 32);
  bool quoted = false;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    if (sql[at] == '\'') quoted = !quoted;
    if (sql[at] != '?' || quoted) continue;
    out.append(sql, copied, at - copied).push_back('+');
    copied = at;
  }
  return out.append(sql, copied);
}

namespace detail {

bool read_column(SqlValue& value, std::string& out) {
  auto* text = std::get_if<std::string>(&value);
  if (text) out = std::move(*text);
  return text != nullptr;
}

bool read_column(SqlValue& value, std::int64_t& out) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    out = *whole;
    return true;
  }
  // JavaScript does not tell 3 from 3.0, and neither can what passed through it.
  const auto* number = std::get_if<double>(&value);
  if (!number || std::trunc(*number) != *number || std::fabs(*number) > 9e15) return false;
  out = static_cast<std::int64_t>(*number);
  return true;
}

bool read_column(SqlValue& value, double& out) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    out = static_cast<double>(*whole);
    return true;
  }
  const auto* number = std::get_if<double>(&value);
  if (number) out = *number;
  return number != nullptr;
}

bool read_column(SqlValue& value, bool& out) {
  std::int64_t number = 0;
  if (!read_column(value, number)) return false;
  out = number != 0;
  return true;
}

bool read_column(SqlValue& value, Timestamp& out) { return read_column(value, out.ms); }

bool read_column(SqlValue& value, Blob& out) {
  auto* blob = std::get_if<Blob>(&value);
  if (blob) out = std::move(*blob);
  return blob != nullptr;
}

Error row_mismatch(std::string_view problem) {
  return internal_error("a query and its row differ in " + std::string(problem));
}

}  // namespace detail

std::string ResultSet::text() && {
  if (cells.empty()) return {};
  auto* text = std::get_if<std::string>(&cells.front());
  return text ? std::move(*text) : std::string();
}

namespace {

Task<Result<ResultSet>> only_result(Task<Result<std::vector<ResultSet>>> batch) {
  auto sets = co_await std::move(batch);
  if (sets.size() != 1) co_return Failure(internal_error("a statement gave no result set"));
  co_return std::move(sets.front());
}

std::vector<Statement> alone(Statement statement) {
  std::vector<Statement> statements;
  statements.push_back(std::move(statement));
  return statements;
}

}  // namespace

Task<Result<ResultSet>> Database::read(Statement statement) {
  return only_result(batch(alone(std::move(statement)), OnLostAnswer::retry));
}

Task<Result<ResultSet>> Database::write(Statement statement) {
  return only_result(batch(alone(std::move(statement)), OnLostAnswer::fail));
}

bool violates(const Error& error, std::string_view constraint) {
  return error.code == "constraint" && error.log.value.contains(constraint);
}

Error constraint_error(std::string database_message) {
  return Error(409, "constraint", ClientText("This is not possible in the present state."),
               LogText(std::move(database_message)));
}

}  // namespace isthmus
