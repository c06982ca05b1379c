#include "http/rate_limit.h"

namespace isthmus {

namespace {

struct Window {
  std::int64_t count;
  Timestamp ends;
};

Statement count_use(std::string key, Limit limit, Timestamp now) {
  return sql(R"(
      INSERT INTO rate_limits (key, started_at, expires_at, count) VALUES (?1, ?2, ?3, 1)
      ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN expires_at <= ?2 THEN 1 ELSE count + 1 END,
        started_at = CASE WHEN expires_at <= ?2 THEN ?2 ELSE started_at END,
        expires_at = CASE WHEN expires_at <= ?2 THEN ?3 ELSE expires_at END
      RETURNING count, expires_at)",
             std::move(key), now, now + limit.period);
}

}  // namespace

Error too_many_requests(Millis wait) {
  return Error(429, "too_many_requests", ClientText("Too many tries. Please wait a while."))
      .with_retry_after((wait + second - 1) / second);
}

Task<Result<void>> take_exactly(Database& database, std::string key, Limit limit, Timestamp now) {
  auto counted = co_await database.write(count_use(std::move(key), limit, now));
  const auto window = co_await std::move(counted).first<Window>();
  if (!window) co_return Failure(internal_error("a rate limit gave no count"));
  if (window->count > limit.most) co_return Failure(too_many_requests(window->ends - now));
  co_return Result<void>();
}

}  // namespace isthmus
