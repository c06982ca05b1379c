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
    "GET /api/admin/analytics",
    "GET /api/admin/audit",
    "GET /api/admin/books",
    "GET /api/admin/counters",
    "GET /api/admin/outbox",
    "GET /api/admin/users",
    "GET /api/admin/webhooks",
    "POST /api/admin/webhooks/:id/replay",
    "GET /api/availability",
    "GET /api/calendar.ics",
    "DELETE /api/calendar/token",
    "POST /api/calendar/token",
    "GET /api/categories",
    "POST /api/certificates/:id/revoke",
    "GET /api/conversations",
    "GET /api/courses/:id",
    "GET /api/courses/:id/enrollments",
    "GET /api/courses/:id/materials",
    "GET /api/courses/:id/reviews",
    "DELETE /api/courses/:id/teach",
    "GET /api/courses/:id/teach",
    "POST /api/courses/:id/teach",
    "GET /api/courses/:id/teachers",
    "POST /api/courses/:id/teachers/:userId/approve",
    "POST /api/courses/:id/teachers/:userId/decline",
    "POST /api/courses/:id/teachers/:userId/withdraw",
    "DELETE /api/courses/:id/thumbnail",
    "GET /api/courses/:id/thumbnail",
    "GET /api/creators",
    "GET /api/earnings/statement",
    "GET /api/enrollments/:id",
    "GET /api/health",
    "GET /api/notifications",
    "POST /api/notifications/read",
    "GET /api/openapi.json",
    "GET /api/payments/connect/status",
    "GET /api/sessions/:id",
    "GET /api/sessions/:id/calendar.ics",
    "GET /api/sessions/:id/reviews",
    "GET /api/student-teachers",
    "GET /api/teaching",
    "DELETE /api/users/:id/avatar",
    "GET /api/users/:id/avatar",
    "GET /api/users/:id/certificates",
    "GET /api/users/:id/reviews",
    "POST /api/video/join",
    "POST /api/video/room",
    "POST /api/video/token",
    "POST /api/webhooks/bigbluebutton",
    "POST /api/webhooks/resend",
    "POST /api/webhooks/stream",
});

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
      if (!times_.contains(key_of("deed", deed.name)))
        missing.push_back("nobody ever came to " + std::string(deed.name));
  for (const Route& route : app().routes) {
    const std::string name = std::string(name_of(route.method)).append(1, ' ').append(route.path);
    const bool is_unvisited = std::ranges::contains(unvisited_routes, name);
    const bool succeeded = times_.contains(key_of("route", name));
    if (!succeeded && !is_unvisited) missing.push_back(name + " never succeeded");
    if (succeeded && is_unvisited) missing.push_back(name + " succeeds, and stands among the unvisited");
  }
  return missing;
}

}  // namespace isthmus::simulation
