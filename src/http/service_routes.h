#pragma once

#include "http/app.h"

/// The routes that every product has: put them into its table.
namespace isthmus {

/// `GET /api/health`: which build of which product this is, and what it could reach. 503 `degraded`, with the
/// same as its details, where that was not all.
Task<Result<Response>> answer_health(Request& request);
/// `GET /api/openapi.json`: the table, as OpenAPI 3.1.
Task<Result<Response>> answer_openapi(Request& request);

struct Health {
  std::string product;
  std::string build;
  std::string status;
  bool database = false;
  bool keyValue = false;
  bool settings = false;
  /// What is alive in this instance, without this request. Only in development.
  std::optional<RawJson> live;
};
constexpr auto schema(Health*) {
  return object(
      "Health", field("product", &Health::product), field("build", &Health::build),
      field("status", &Health::status, described("\"ok\", or \"degraded\" where something is out of reach")),
      field("database", &Health::database), field("keyValue", &Health::keyValue),
      field("settings", &Health::settings, described("Whether every secret that is needed is there and usable")),
      field("live", &Health::live, described("Counters of this instance; only in development")));
}

struct OpenApiDocument {};
constexpr auto schema(OpenApiDocument*) { return object("OpenApiDocument").open(); }

inline constexpr auto service_routes = table(get("/api/health")
                                                 .summary("Whether this build is well")
                                                 .tag("service")
                                                 .limit(flood_only)
                                                 .no_input()
                                                 .open_to(anyone)
                                                 .never_from_replica()
                                                 .answers<Health>()
                                                 .run<answer_health>(),
                                             get("/api/openapi.json")
                                                 .summary("This document")
                                                 .tag("service")
                                                 .limit(flood_only)
                                                 .no_input()
                                                 .open_to(anyone)
                                                 .answers<OpenApiDocument>()
                                                 .run<answer_openapi>());

}  // namespace isthmus
