#include "peerloop/auth/revocation.h"

#include "json/value.h"

namespace isthmus::peerloop {

namespace {

Task<Result<void>> name_as_revoked(Host& host, std::string access_id, Timestamp expires_at) {
  const Timestamp now = host.clock.now();
  // A minute longer than the token, for the leeway with which its end is read.
  if (expires_at + minute > now) co_await host.key_value.put(revocation_key(access_id), "1", expires_at - now + minute);
  co_return Result<void>();
}

}  // namespace

Statement enqueue_revocation(Host& host, const Statement& live_tokens) {
  const Timestamp now = host.clock.now();
  const std::size_t bound = live_tokens.values.size();
  const std::string id = "?" + std::to_string(bound + 1), time = "?" + std::to_string(bound + 2);
  Statement statement(
      "INSERT INTO outbox (id, kind, dedupe_key, payload, next_attempt_at, created_at)"
      " SELECT " +
          id + ", 'access_tokens.revoke', 'access_tokens.revoke:' || " + id +
          ", json_group_array(json_object('id', access_jti, 'expiresAt', access_expires_at)), " + time + ", " + time +
          " FROM (" + live_tokens.sql + ") HAVING count(*) > 0 ON CONFLICT (dedupe_key) DO NOTHING",
      live_tokens.values);
  statement.values.push_back(to_sql(host.random.uuid(now)));
  statement.values.push_back(to_sql(now));
  return statement;
}

Task<Result<void>> revoke_access_tokens(Host& host, std::vector<auth_queries::LiveToken> tokens) {
  for (auto& token : tokens) {
    const auto named = co_await attempt(name_as_revoked(host, std::move(token.id), token.expires_at));
    if (!named)
      LogLine(host, Log::Level::error, "an access token was not named as revoked")
          .with("cause", named.error().log.value);
  }
  co_return Result<void>();
}

std::string revocation_key(std::string_view access_id) { return "revoked:" + std::string(access_id); }

Task<Result<Delivery>> deliver_revocation(Host& host, const OutboxItem& item) {
  std::vector<auth_queries::LiveToken> tokens;
  const auto payload = co_await parse_json(item.payload);
  payload.for_each_element([&](JsonValue token) {
    tokens.push_back(
        {std::string(token.string_at({"id"}).value_or("")), Timestamp{token.integer_at({"expiresAt"}).value_or(0)}});
  });
  for (auto& token : tokens) co_await name_as_revoked(host, std::move(token.id), token.expires_at);
  co_return Delivery{};
}

}  // namespace isthmus::peerloop
