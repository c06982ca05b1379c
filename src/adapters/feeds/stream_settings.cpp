#include "adapters/feeds/stream_settings.h"

#include "adapters/feeds/feed_provider.h"
#include "base/strings.h"
#include "base/web_address.h"
#include "crypto/jws.h"

namespace isthmus {

namespace {

constexpr std::string_view header = R"({"alg":"HS256","typ":"JWT"})";

Error not_configured(std::string log) {
  return Error(503, feed_error::not_configured, ClientText("The feed provider is not set up at the moment."),
               LogText(std::move(log)))
      .with_retry_after(60);
}

}  // namespace

Result<StreamSettings> StreamSettings::read(const Settings& settings) {
  StreamSettings read;
  read.api_key = trim(settings.get("STREAM_API_KEY"));
  read.api_secret = trim(settings.get("STREAM_API_SECRET"));
  if (read.api_key.empty()) return Failure(not_configured("STREAM_API_KEY is not set"));
  if (read.api_secret.empty()) return Failure(not_configured("STREAM_API_SECRET is not set"));
  const std::string_view version = trim(settings.get("STREAM_API_VERSION", "v3"));
  if (version != "v2" && version != "v3") return Failure(not_configured("STREAM_API_VERSION is neither v2 nor v3"));
  read.version = version == "v2" ? Version::v2 : Version::v3;
  const std::string_view url = trim(settings.get(
      "STREAM_URL", read.version == Version::v2 ? "https://api.stream-io-api.com" : "https://feeds.stream-io-api.com"));
  read.url = without_slash_at_end(url);
  return read;
}

std::string stream_user_token(std::string_view api_secret, std::string_view user_id, Timestamp issued,
                              Timestamp expires) {
  JsonWriter claims;
  claims.begin_object().member("user_id", user_id).member("iat", issued.seconds());
  claims.member("exp", expires.seconds()).end_object();
  return crypto::sign_jws(crypto::HmacSha256(api_secret), header, claims.text());
}

std::string stream_server_token(const StreamSettings& settings) {
  const std::string_view claims = settings.version == StreamSettings::Version::v2
                                      ? R"({"resource":"*","action":"*","feed_id":"*"})"
                                      : R"({"server":true})";
  return crypto::sign_jws(crypto::HmacSha256(settings.api_secret), header, claims);
}

}  // namespace isthmus
