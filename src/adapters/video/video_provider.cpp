#include "adapters/video/video_provider.h"

#include "adapters/video/bigbluebutton.h"
#include "adapters/video/plugnmeet.h"
#include "adapters/video/repeatable_call.h"

namespace isthmus {

namespace {

template <class Provider>
Result<std::unique_ptr<VideoProvider>> create(Host& host) {
  auto provider = Provider::create(host);
  if (!provider) return Failure(std::move(provider).error());
  return std::make_unique<Provider>(*std::move(provider));
}

}  // namespace

Result<VideoProviderKind> video_provider_kind(const Settings& settings) {
  const std::string_view name = settings.get("VIDEO_PROVIDER", "plugnmeet");
  const auto kind = value_named<VideoProviderKind>(name);
  if (!kind) return Failure(video_call::not_configured("VIDEO_PROVIDER names no provider: " + std::string(name)));
  return *kind;
}

Result<std::unique_ptr<VideoProvider>> video_provider(Host& host, VideoProviderKind kind) {
  return kind == VideoProviderKind::plugnmeet ? create<PlugNmeet>(host) : create<BigBlueButton>(host);
}

}  // namespace isthmus
