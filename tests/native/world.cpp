#include "native/world.h"

#include <algorithm>

namespace isthmus::native {

Task<Result<void>> SimulatedClock::sleep(Millis length) {
  co_await scheduler_.wait(length);
  co_return Result<void>();
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
  for (auto& byte : out) byte = static_cast<std::uint8_t>(scheduler_.draw(256));
}

void CollectedLog::write_line(Level level, std::string json_line) {
  if (level == Level::error) errors.push_back(json_line);
  lines.push_back(std::move(json_line));
}

bool CollectedLog::mentions(std::string_view text) const {
  return std::ranges::any_of(lines, [&](const std::string& line) { return line.contains(text); });
}

Task<Result<bool>> ListedRateLimiter::allow(std::string key) {
  const bool allowed = !turned_away.contains(key);
  asked.push_back(std::move(key));
  co_return allowed;
}

std::optional<std::string_view> MapSettings::find(std::string_view name) const {
  const auto found = values.find(name);
  if (found == values.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

StandaloneHost::StandaloneHost(World& world)
    : bucket_(world.scheduler, world.fates, world.bucket, no_body_, 0),
      host_{world.database, world.key_value,    bucket_,        world.http, world.clock,   world.random,
            world.log,      world.rate_limiter, world.settings, world.cpu,  world.circuits} {}

}  // namespace isthmus::native
