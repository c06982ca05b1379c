#include "native/fake_stream.h"

#include <doctest/doctest.h>

#include "base/encoding.h"
#include "crypto/hmac.h"

namespace isthmus::native {

namespace {

constexpr std::string_view origin = "https://stream.test";

IncomingAnswer yes(Json body = Json::object()) {
  body["duration"] = "1.00ms";
  return {200, {}, body.dump()};
}

IncomingAnswer no(int status, int code) {
  return {status, {}, Json{{"code", code}, {"message", "no"}, {"detail", "no"}, {"StatusCode", status}}.dump()};
}

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    if (slash != 0) parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return parts;
}

}  // namespace

FakeStream::FakeStream(World& world, std::string_view version) : is_v3_(version == "v3") {
  world.settings.values["STREAM_API_KEY"] = "key";
  world.settings.values["STREAM_API_SECRET"] = secret;
  world.settings.values["STREAM_API_VERSION"] = version;
  world.settings.values["STREAM_URL"] = std::string(origin) + '/';
  world.http.respond = [this, others = world.http.respond](const OutgoingRequest& request) -> Result<IncomingAnswer> {
    if (!request.url.starts_with(origin)) {
      if (others) return others(request);
      return Failure(unavailable("unreachable"));
    }
    ++calls;
    if (watch) watch(request);
    if (instead) return instead(request);
    std::string_view path = std::string_view(request.url).substr(origin.size());
    const auto mark = path.find('?');
    CHECK(path.substr(mark).contains("api_key=key"));
    path = path.substr(0, mark);
    return is_v3_ ? answer_v3(request, path) : answer_v2(request, path);
  };
}

IncomingAnswer FakeStream::answer_v3(const OutgoingRequest& request, std::string_view path) {
  constexpr std::string_view prefix = "/api/v2/feeds/";
  REQUIRE(path.starts_with(prefix));
  const auto parts = parts_of(path.substr(prefix.size()));
  const Json body = request.body.empty() ? Json() : Json::parse(request.body);
  if (request.method == "POST" && parts[0] == "feed_groups") {
    visibility.emplace(parts[1] + ':' + parts[3], body["data"]["visibility"].get<std::string>());
    return yes();
  }
  if (request.method == "POST" && parts == std::vector<std::string>{"activities", "batch"}) {
    for (const Json& activity : body["activities"]) {
      for (const Json& feed : activity["feeds"])
        if (!visibility.contains(feed.get<std::string>())) return no(404, 16);
      activities[activity["id"].get<std::string>()] = activity;
    }
    return yes();
  }
  if (request.method == "DELETE" && parts[0] == "activities")
    return activities.erase(parts[1]) > 0 ? yes() : no(404, 16);
  if (request.method == "POST" && parts == std::vector<std::string>{"follows", "upsert"}) {
    const std::string source(body["source"]), target(body["target"]);
    if (!visibility.contains(source) || !visibility.contains(target)) return no(404, 16);
    followed.emplace(source, target);
    return yes();
  }
  if (request.method == "DELETE" && parts[0] == "follows")
    return followed.erase({parts[1], parts[2]}) > 0 ? yes() : no(404, 16);
  return no(404, 16);
}

IncomingAnswer FakeStream::answer_v2(const OutgoingRequest& request, std::string_view path) {
  constexpr std::string_view prefix = "/api/v1.0/feed/";
  REQUIRE(path.starts_with(prefix));
  REQUIRE(path.ends_with('/'));
  const auto parts = parts_of(path.substr(prefix.size()));
  const std::string feed = parts[0] + ':' + parts[1];
  const Json body = request.body.empty() ? Json() : Json::parse(request.body);
  if (parts.size() == 2 && request.method == "POST") {
    activities[body["foreign_id"].get<std::string>()] = body;
    return {201, {}, body.dump()};
  }
  if (parts.size() == 3 && parts[2] == "following" && request.method == "POST") {
    followed.emplace(feed, body["target"].get<std::string>());
    return {201, {}, R"({"duration":"1ms"})"};
  }
  if (parts.size() == 4 && request.method == "DELETE") {
    followed.erase({feed, parts[3]});
    return yes();
  }
  activities.erase(parts.at(2));
  return yes({{"removed", parts[2]}});
}

Outgoing FakeStream::delivery(const std::string& body, std::string_view id, std::string_view with) {
  return {"POST",
          "/api/webhooks/stream",
          {{"content-type", "application/json"},
           {"x-webhook-id", std::string(id)},
           {"x-webhook-attempt", "1"},
           {"x-api-key", "key"},
           {"x-signature", hex_encode(crypto::hmac_sha256(with, body))}},
          body};
}

}  // namespace isthmus::native
