#include "http/service_routes.h"

#include "http/openapi.h"

namespace isthmus {

namespace {

struct One {
  std::int64_t value;
};

RawJson live_counters() {
  const Counters& counters = live();
  JsonWriter json;
  json.begin_object().member("frames", counters.frames).member("requests", counters.requests);
  json.member("hostCalls", counters.host_calls).member("buffers", counters.buffers).end_object();
  return {std::move(json).text()};
}

bool settings_are_usable(Host& host, const App& app) {
  if (!app.check_settings) return true;
  const auto checked = app.check_settings(host.settings);
  if (!checked)
    LogLine(host, Log::Level::error, "the settings are not usable").with("cause", checked.error().log.value);
  return checked.has_value();
}

}  // namespace

Task<Result<Response>> answer_health(Request& request) {
  Host& host = request.host();
  Health health;
  health.product = request.app().name;
  health.build = request.settings().get("BUILD", "unknown");
  health.database = (co_await attempt(host.database.first<One>(sql("SELECT 1")))).has_value();
  health.keyValue = (co_await attempt(host.key_value.get("health"))).has_value();
  health.settings = settings_are_usable(host, request.app());
  const bool well = health.database && health.keyValue && health.settings;
  health.status = well ? "ok" : "degraded";
  if (request.settings().in_development()) health.live = live_counters();
  if (!well)
    co_return Failure(Error(503, "degraded", ClientText("Something that this service needs is out of reach."))
                          .with_details(encode(health))
                          .with_retry_after(10));
  co_return ok(health);
}

Task<Result<Response>> answer_openapi(Request& request) {
  co_return json_response(200, openapi_document(request.app())).with("cache-control", "public, max-age=300");
}

}  // namespace isthmus
