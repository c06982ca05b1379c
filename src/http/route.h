#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/task.h"
#include "base/time.h"
#include "http/message.h"
#include "ports/database.h"

/// A product's routes are one table of these. A row passes five stages in order: rate limit, validation,
/// authentication, authorization, handler; a row that leaves one undeclared does not compile.
namespace isthmus {

class Request;

/// How often one client network may call one route.
struct Limit {
  enum class Kind : std::uint8_t {
    flood,  ///< only floods are turned away; counted per location, approximately
    exact,  ///< counted in the database: never one more, also under concurrency
  };
  Kind kind = Kind::flood;
  std::int32_t most = 0;
  Millis period = 0;
};

inline constexpr Limit flood_only{};
inline constexpr Millis per_minute = minute;
inline constexpr Millis per_hour = hour;

inline constexpr std::uint32_t default_json_cap = 64 * 1024;

struct Input {
  enum class Kind : std::uint8_t { none, json, query, raw, stream };
  Kind kind = Kind::none;
  std::uint32_t most_bytes = 0;
  /// Decodes the body or the query into the request; null where there is nothing to decode.
  Result<void> (*decode)(Request&) = nullptr;
  void (*describe)(SchemaWriter&) = nullptr;
  std::span<const detail::FieldInfo> query_fields;
  /// A JSON body may be left out, which is the same as sending `{}`.
  bool optional = false;
};

/// Who may call. Built by the names below, so that a table reads as a sentence.
struct Access {
  enum class Kind : std::uint8_t { anyone, anyone_or_user, signed_in, webhook };
  Kind kind = Kind::anyone;
  /// The caller needs one of these roles; empty: any.
  std::array<std::string_view, 3> roles{};
  /// The path parameter that must be the caller's own id; empty: none.
  std::string_view self{};
  /// A query that gives a row if, and only if, the caller may act on the object that the path names. No row is a 404:
  /// somebody else's object does not exist for the caller.
  Statement (*owned)(const Request&) = nullptr;
  /// What the object is called in that 404.
  std::string_view object{};
  /// Checks a webhook's signature on the raw body.
  Result<void> (*verify)(Request&) = nullptr;
  std::string_view note{};  ///< for the documentation

  constexpr bool needs_user() const { return kind == Kind::signed_in; }
  constexpr bool needs_role() const { return !roles[0].empty(); }
};

inline constexpr Access anyone{Access::Kind::anyone, {}, {}, nullptr, {}, nullptr, "anyone"};
/// Anyone; a caller who sends a token is known to the handler, and a bad token is refused.
inline constexpr Access anyone_or_user{Access::Kind::anyone_or_user, {}, {}, nullptr, {}, nullptr, "anyone"};
inline constexpr Access signed_in{Access::Kind::signed_in, {}, {}, nullptr, {}, nullptr, "signed in"};

constexpr Access role(std::string_view name, std::string_view or_name = {}, std::string_view or_other = {}) {
  return {Access::Kind::signed_in, {name, or_name, or_other}, {}, nullptr, {}, nullptr, "role"};
}
/// The path parameter is the caller's own user id; anyone else's is a 404.
constexpr Access self(std::string_view param) {
  return {Access::Kind::signed_in, {}, param, nullptr, "user", nullptr, "the user"};
}
constexpr Access owner_of(std::string_view object, Statement (*owned)(const Request&)) {
  return {Access::Kind::signed_in, {}, {}, owned, object, nullptr, "the owner"};
}
/// The owner, who needs a role as well.
constexpr Access owner_in_role(std::string_view role_name, std::string_view object,
                               Statement (*owned)(const Request&)) {
  return {Access::Kind::signed_in, {role_name}, {}, owned, object, nullptr, "the owner"};
}
constexpr Access webhook_of(std::string_view provider, Result<void> (*verify)(Request&)) {
  return {Access::Kind::webhook, {}, {}, nullptr, {}, verify, provider};
}

struct Answer {
  int status = 200;
  std::string_view content_type = "application/json";
  void (*describe)(SchemaWriter&) = nullptr;
};

struct Route {
  Method method = Method::get;
  std::string_view path;  ///< "/api/courses/:id": a ':' names a part
  std::string_view summary;
  std::string_view tag;
  Limit limit;
  Input input;
  Access access;
  Answer answer;
  std::array<std::string_view, 6> conflicts{};  ///< the codes of the 409s that it can end with
  bool takes_idempotency_key = false;
  bool handler_claims_key = false;  ///< the claim is not the pipeline's: it is part of the handler's first batch
  bool checks_credentials = false;
  bool may_exist = false;      ///< what is asked for may be there already: 200 with it instead of 201
  bool changes_state = false;  ///< the caller's session is looked up where revocation holds at once
  bool never_from_replica = false;
  Task<Result<Response>> (*run)(Request&) = nullptr;

  /// Where the database has nothing else to say on who may call, whether the session lives is asked with the claim.
  constexpr bool asks_session_with_claim() const {
    return handler_claims_key && !access.needs_role() && access.owned == nullptr;
  }
};

template <class T, auto handler>
struct RouteThunks;

namespace stages {
inline constexpr unsigned limited = 1, validated = 2, opened = 4, answered = 8;
}

/// A row being written. Each stage may be declared once; `run` needs all of them.
template <unsigned declared = 0, class In = void>
class RouteDraft {
 public:
  constexpr explicit RouteDraft(Route route) : route_(route) {}

  constexpr RouteDraft summary(std::string_view text) const {
    Route next = route_;
    next.summary = text;
    return RouteDraft(next);
  }
  constexpr RouteDraft tag(std::string_view text) const {
    Route next = route_;
    next.tag = text;
    return RouteDraft(next);
  }

  /// At most `most` calls in `period` from one client network; counted exactly.
  constexpr auto limit(std::int32_t most, Millis period) const { return limit({Limit::Kind::exact, most, period}); }
  constexpr auto limit(Limit value) const {
    return stage<stages::limited>([&](Route& next) { next.limit = value; });
  }

  /// A JSON body that becomes a `T`.
  template <class T>
  constexpr auto body(std::uint32_t most_bytes = default_json_cap) const;
  /// The same, and no body at all means `{}`.
  template <class T>
  constexpr auto optional_body(std::uint32_t most_bytes = default_json_cap) const;
  /// A query string that becomes a `T`.
  template <class T>
  constexpr auto query() const;
  constexpr auto no_input() const {
    return stage<stages::validated>([](Route&) {});
  }
  /// Bytes as they come, held in memory: for webhooks, whose signature is over them.
  constexpr auto raw_body(std::uint32_t most_bytes) const {
    return stage<stages::validated>(
        [&](Route& next) { next.input = {Input::Kind::raw, most_bytes, nullptr, nullptr, {}}; });
  }
  /// Bytes that stream past this program into a bucket.
  constexpr auto streamed_body(std::uint32_t most_bytes) const {
    return stage<stages::validated>(
        [&](Route& next) { next.input = {Input::Kind::stream, most_bytes, nullptr, nullptr, {}}; });
  }
  /// The same, with a query string that becomes a `T`: what is to be known of the bytes beside them.
  template <class T>
  constexpr auto streamed_body(std::uint32_t most_bytes) const;

  constexpr auto open_to(Access access) const {
    return stage<stages::opened>([&](Route& next) { next.access = access; });
  }

  template <class T>
  constexpr auto answers(int status = 200) const {
    return stage<stages::answered>(
        [&](Route& next) { next.answer = {status, "application/json", Codec<T>::describe}; });
  }
  constexpr auto answers_nothing() const {
    return stage<stages::answered>([](Route& next) { next.answer = {204, {}, nullptr}; });
  }
  constexpr auto answers_bytes(std::string_view content_type) const {
    return stage<stages::answered>([&](Route& next) { next.answer = {200, content_type, nullptr}; });
  }

  /// The codes of the conflicts that a client must expect, for the documentation.
  template <class... Codes>
  constexpr RouteDraft conflicts(Codes... codes) const {
    Route next = route_;
    next.conflicts = {std::string_view(codes)...};
    return RouteDraft(next);
  }
  /// The route creates or pays: it takes an `Idempotency-Key`.
  constexpr RouteDraft takes_idempotency_key() const {
    Route next = route_;
    next.takes_idempotency_key = true;
    return RouteDraft(next);
  }

  /// The same, and the claim of the key travels in the handler's first batch (see `claim` in http/request.h): for a
  /// handler that writes before it asks a provider and once more afterwards, so that the claim is no third trip. So
  /// does the question whether the caller's session lives, unless the database is asked for the caller's rights anyway.
  constexpr RouteDraft claims_idempotency_key() const {
    Route next = takes_idempotency_key().route_;
    next.handler_claims_key = true;
    return RouteDraft(next);
  }

  /// Only reads, and yet must not show what was true a moment ago: it is read where it is written.
  constexpr RouteDraft never_from_replica() const {
    Route next = route_;
    next.never_from_replica = true;
    return RouteDraft(next);
  }

  /// What is asked for may be there already, and is answered then as it was when it was made, with 200.
  constexpr RouteDraft or_existing() const {
    Route next = route_;
    next.may_exist = true;
    return RouteDraft(next);
  }

  /// What is sent proves who the caller is, or does not: the handler itself ends with 401 or 403.
  constexpr RouteDraft checks_credentials() const {
    Route next = route_;
    next.checks_credentials = true;
    return RouteDraft(next);
  }

  /// `handler` is a `Task<Result<Response>> (*)(Request&)`, with the input as a second parameter where there is one.
  template <auto handler>
  constexpr Route run() const {
    static_assert((declared & stages::limited) != 0, "this route declares no rate limit: add .limit(…)");
    static_assert((declared & stages::validated) != 0,
                  "this route does not say what it takes: add .body<T>(), .query<T>() or .no_input()");
    static_assert((declared & stages::opened) != 0, "this route does not say who may call it: add .open_to(…)");
    static_assert((declared & stages::answered) != 0, "this route does not say what it answers: add .answers<T>(…)");
    Route done = route_;
    done.run = RouteThunks<In, handler>::run;
    return done;
  }

 private:
  template <unsigned stage_bit, class NextIn = In>
  constexpr auto stage(auto declare) const {
    static_assert((declared & stage_bit) == 0, "this route declares a stage twice");
    Route next = route_;
    declare(next);
    return RouteDraft < declared | stage_bit, NextIn > (next);
  }

  Route route_;
};

constexpr RouteDraft<> route(Method method, std::string_view path) {
  Route fresh;
  fresh.method = method;
  fresh.path = path;
  fresh.changes_state = !is_safe(method);
  return RouteDraft<>(fresh);
}
constexpr auto get(std::string_view path) { return route(Method::get, path); }
constexpr auto post(std::string_view path) { return route(Method::post, path); }
constexpr auto put(std::string_view path) { return route(Method::put, path); }
constexpr auto patch(std::string_view path) { return route(Method::patch, path); }
constexpr auto del(std::string_view path) { return route(Method::del, path); }

/// Where a request may be read. What changes state rests on what it reads, and what only some roles may see asks
/// whether the session still lives: both begin where everything is written. Someone who is signed in looks for their
/// own changes, so that without a bookmark they are shown the newest as well.
constexpr ReadFrom read_from(const Route& route, bool is_signed_in) {
  if (route.never_from_replica || route.changes_state || route.access.needs_role()) return ReadFrom::primary;
  return is_signed_in ? ReadFrom::bookmark_or_primary : ReadFrom::bookmark_or_nearest;
}

/// A product's routes.
template <class... Rows>
constexpr auto table(Rows... rows) {
  static_assert((std::is_same_v<Rows, Route> && ...), "a row of this table has no handler: end it with .run<…>()");
  return std::array<Route, sizeof...(Rows)>{rows...};
}

/// Several tables as one.
template <std::size_t... Sizes>
constexpr auto join(const std::array<Route, Sizes>&... tables) {
  std::array<Route, (Sizes + ...)> all{};
  std::size_t next = 0;
  const auto append = [&](const auto& rows) {
    for (const Route& row : rows) all[next++] = row;
  };
  (append(tables), ...);
  return all;
}

}  // namespace isthmus
