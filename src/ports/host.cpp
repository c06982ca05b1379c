#include "ports/host.h"

namespace isthmus {

std::string Random::bytes(std::size_t count) {
  std::string out(count, '\0');
  fill({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
  return out;
}

std::string Random::uuid(Timestamp now) {
  std::array<std::uint8_t, 10> random{};
  fill(random);
  return uuid_v7(now, random);
}

std::string_view Settings::get(std::string_view name, std::string_view otherwise) const {
  return find(name).value_or(otherwise);
}

namespace {

std::string_view name_of(Log::Level level) {
  switch (level) {
    case Log::Level::info: return "info";
    case Log::Level::warning: return "warn";
    case Log::Level::error: break;
  }
  return "error";
}

}  // namespace

LogLine::LogLine(Host& host, Log::Level level, std::string_view message) : host_(host), level_(level) {
  json_.begin_object().member("level", name_of(level)).member("message", message);
  json_.member("timestamp", to_rfc3339(host.clock.now()));
}

LogLine::~LogLine() {
  json_.end_object();
  host_.log.write_line(level_, std::move(json_).text());
}

}  // namespace isthmus
