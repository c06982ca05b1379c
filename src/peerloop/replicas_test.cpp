#include <doctest/doctest.h>

#include "http/app.h"
#include "native/peerloop_server.h"

using namespace isthmus;
using native::nobody;
using native::PeerloopServer;

namespace {

ReadFrom asked_from(PeerloopServer& server, std::string target, const native::Caller& caller) {
  const auto exchange = server.begin({"GET", std::move(target), caller.headers, {}});
  server.world.scheduler.run();
  return exchange->read_from();
}

}  // namespace

TEST_CASE("what changes state, asks for a role, or shows sessions, accounts and payments is read at the primary") {
  for (const Route& route : app().routes) {
    CAPTURE(std::string(route.path));
    const bool primary = read_from(route, false) == ReadFrom::primary && read_from(route, true) == ReadFrom::primary;
    if (!is_safe(route.method) || route.access.needs_role()) CHECK(primary);
    for (const std::string_view part : {"/api/auth/", "/api/admin/", "/api/payments/", "/api/earnings", "/api/health"})
      if (route.path.starts_with(part)) CHECK(primary);
  }
}

TEST_CASE("strangers are shown the nearest copy, who is signed in what they changed themselves") {
  PeerloopServer server;
  const auto ada = server.sign_up("ada");
  CHECK(asked_from(server, "/api/courses", nobody) == ReadFrom::bookmark_or_nearest);
  CHECK(asked_from(server, "/api/courses", ada) == ReadFrom::bookmark_or_primary);
  CHECK(asked_from(server, "/api/notifications", ada) == ReadFrom::bookmark_or_primary);
  CHECK(asked_from(server, "/api/auth/me", ada) == ReadFrom::primary);
  const auto writing = server.begin(native::with_json("PATCH", "/api/users/" + ada.id, {{"bio", "x"}}, ada));
  server.world.scheduler.run();
  CHECK(writing->read_from() == ReadFrom::primary);
}
