#include "simulation/reach.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "http/app.h"
#include "simulation/part.h"

namespace isthmus::simulation {

namespace {

/// Routes that nobody in the world asks yet, or not so that they could succeed.
constexpr std::array unvisited_routes = std::to_array<std::string_view>({
    "DELETE /api/courses/:id/thumbnail",
    "GET /api/enrollments/:id",
    "GET /api/health",
    "GET /api/openapi.json",
    "DELETE /api/users/:id/avatar",
    "POST /api/video/room",
    "POST /api/webhooks/bigbluebutton",
});

/// What a thousand runs may do without, since they come to it less than ten times: a row of the outbox is given up
/// after days of refusals, and who looks around does not look at everything.
constexpr std::array rarities = std::to_array<std::string_view>(
    {"try again what was given up", "POST /api/admin/outbox/:id/retry", "GET /api/courses/:id/thumbnail",
     "GET /api/sessions/:id/recording", "ask to teach, wherever it is"});

std::string key_of(std::string_view kind, std::string_view name) {
  return std::string(kind).append(1, '\t').append(name);
}

}  // namespace

void Reach::add(std::string_view kind, std::string_view name, std::uint64_t times) {
  times_[key_of(kind, name)] += times;
}

void Reach::add(const Reach& other) {
  for (const auto& [key, times] : other.times_) times_[key] += times;
}

void Reach::write(const std::string& file) const {
  std::ofstream out(file);
  for (const auto& [key, times] : times_) out << key << '\t' << times << '\n';
}

void Reach::read(const std::string& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto tab = line.rfind('\t');
    if (tab != std::string::npos) times_[line.substr(0, tab)] += std::stoull(line.substr(tab + 1));
  }
}

std::vector<std::string> Reach::never() const {
  std::vector<std::string> missing;
  for (const Part* part : parts())
    for (const Deed& deed : part->deeds)
      if (!times_.contains(key_of("deed", deed.name)) && !std::ranges::contains(rarities, deed.name))
        missing.push_back("nobody ever came to " + std::string(deed.name));
  for (const Route& route : app().routes) {
    const std::string name = std::string(name_of(route.method)).append(1, ' ').append(route.path);
    const bool is_unvisited = std::ranges::contains(unvisited_routes, name);
    const bool succeeded = times_.contains(key_of("route", name));
    if (!succeeded && !is_unvisited && !std::ranges::contains(rarities, name))
      missing.push_back(name + " never succeeded");
    if (succeeded && is_unvisited) missing.push_back(name + " succeeds, and stands among the unvisited");
  }
  return missing;
}

}  // namespace isthmus::simulation
