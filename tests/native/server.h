#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "http/pipeline.h"
#include "native/round_trips.h"
#include "native/world.h"

namespace isthmus::native {

using Json = nlohmann::json;

/// What a client got.
struct Reply {
  int status = 0;
  std::vector<Header> headers;
  std::string body;

  /// The value of a header, "" where there is none.
  std::string header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  /// The body as JSON; fails the test where it is none.
  Json json() const;
  /// The `code` of an error, "" where there is none.
  std::string code() const;
  /// What validation says of one field: `["is required"]`, or null.
  Json problems(std::string_view field) const;
};

/// Who sends a request, and with which headers.
struct Caller {
  std::vector<Header> headers;

  Caller with(std::string name, std::string value) const;
};
inline const Caller nobody;

/// A request as a client sends it. A Content-Length is added unless one is given.
struct Outgoing {
  std::string method = "GET";
  std::string target;  ///< path and query
  std::vector<Header> headers;
  std::string body;
};

/// One request that is under way.
class Exchange {
 public:
  /// One whose round trips nobody judges.
  Exchange(World& world, const Pipeline& pipeline, Outgoing outgoing);
  Exchange(World& world, const Pipeline& pipeline, const Router& router, std::string_view app, Outgoing outgoing);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  bool answered() const { return reply_.has_value(); }
  /// Fails the test where there is no answer yet.
  const Reply& reply() const;
  /// How often it went to the database, so far.
  const RoundTrips& round_trips() const;
  /// Where it may be read, as it told the database.
  ReadFrom read_from() const;

 private:
  class Request;

  World& world_;
  std::unique_ptr<Request> request_;
  std::string_view app_;
  std::string route_;  ///< "GET /api/courses/:id"; empty: none
  std::optional<Reply> reply_;
  Task<void> task_;
};

/// A program on a world of its own.
///
///   TestServer server(app(), "peerloop");
///   const Reply reply = server.post("/api/courses", {{"title", "C++"}}, ada);
///   CHECK(reply.status == 201);
///
/// Every request is judged by how often it goes to the database (native/round_trips.h), and a conflict by whether its
/// route declares it. When the server goes, it checks that no coroutine frame is left alive, that every opened stream
/// was sent, and that the sums that the database keeps are those of its rows.
class TestServer {
 public:
  explicit TestServer(const App& app, std::string_view product = "peerloop", std::uint64_t seed = 1);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  /// Sends a request and lets the world run until nothing moves; a millisecond passes.
  Reply send(Outgoing outgoing);
  /// Sends a request and returns at its first wait. Several can be under way; `world.scheduler.run()` moves them on.
  std::unique_ptr<Exchange> begin(Outgoing outgoing);

  Reply get(std::string target, const Caller& caller = nobody);
  Reply head(std::string target, const Caller& caller = nobody);
  Reply del(std::string target, const Caller& caller = nobody);
  /// With a JSON body.
  Reply post(std::string target, const Json& body, const Caller& caller = nobody);
  Reply patch(std::string target, const Json& body, const Caller& caller = nobody);
  Reply put(std::string target, const Json& body, const Caller& caller = nobody);
  /// Without a body.
  Reply post(std::string target, const Caller& caller = nobody);

  World world;

 private:
  Pipeline pipeline_;
  Router router_;
  std::string_view app_;
  std::uint32_t frames_before_;
};

/// A request with a JSON body, for `begin`.
Outgoing with_json(std::string method, std::string target, const Json& body, const Caller& caller = nobody);

}  // namespace isthmus::native
