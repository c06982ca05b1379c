#include <algorithm>
#include <array>

#include "wasm_ports.h"

namespace isthmus {

namespace {

/// The errors after which D1's documentation says to try again
/// (https://developers.cloudflare.com/d1/best-practices/retry-queries/). Whether the statement had its effect is
/// unknown.
bool is_transient(std::string_view message) {
  constexpr std::array<std::string_view, 6> transient{"Network connection lost",
                                                      "object to be reset",
                                                      "reset because its code was updated",
                                                      "Cannot resolve D1 DB due to transient issue",
                                                      "D1 DB is overloaded",
                                                      "D1 DB reset"};
  return std::ranges::any_of(transient, [&](std::string_view text) { return message.contains(text); });
}

Error from_message(std::string message) {
  if (message.contains("SQLITE_CONSTRAINT") || message.contains("constraint failed"))
    return constraint_error(std::move(message));
  if (is_transient(message)) return unavailable(std::move(message));
  return internal_error(std::move(message));
}

PackWriter pack(ReadFrom copy, const std::vector<Statement>& statements) {
  PackWriter arguments;
  arguments.word(static_cast<std::uint32_t>(copy));
  arguments.word(static_cast<std::uint32_t>(statements.size()));
  for (const Statement& statement : statements) {
    arguments.text(planned_once(statement.sql));
    arguments.word(static_cast<std::uint32_t>(statement.values.size()));
    for (const SqlValue& value : statement.values) arguments.value(value);
  }
  return arguments;
}

std::vector<ResultSet> unpack(PackReader answer) {
  std::vector<ResultSet> sets(answer.word());
  for (ResultSet& set : sets) {
    set.columns = answer.word();
    const std::size_t rows = answer.word();
    set.cells.reserve(rows * set.columns);
    for (std::size_t i = 0; i < rows * set.columns; ++i) set.cells.push_back(answer.value());
  }
  return sets;
}

constexpr int most_tries = 3;

}  // namespace

Task<Result<std::vector<ResultSet>>> WasmDatabase::batch(std::vector<Statement> statements,
                                                         OnLostAnswer on_lost_answer) {
  for (int attempt_number = 1;; ++attempt_number) {
    HostCall call(request_, abi::Operation::database_batch, pack(read_from_, statements));
    auto answer = co_await call;
    if (answer) co_return unpack(*std::move(answer));
    Error error = from_message(std::move(answer).error().log.value);
    const bool again = error.status == 503 && on_lost_answer == OnLostAnswer::retry && attempt_number < most_tries;
    if (!again) co_return Failure(std::move(error));
    // Full jitter, so that those who failed together do not come back together.
    std::uint8_t jitter = 0;
    random_.fill({&jitter, 1});
    co_await clock_.sleep((Millis{50} << attempt_number) * (jitter + 1) / 256);
  }
}

}  // namespace isthmus
