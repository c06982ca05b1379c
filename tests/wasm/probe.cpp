#include <cstdlib>
#include <memory>
#include <numeric>
#include <vector>

#include "crypto/password.h"
#include "http/service_routes.h"
#include "http/stored_object.h"

// A program that does what no program should: it traps, overflows, eats memory, spins, waits. The tests of the boundary
// prove with it that an instance is replaced, that the innocent get their answers, and that nothing is left behind.

using namespace isthmus;

namespace {

struct Amount {
  std::int64_t n = 0;
};
constexpr auto schema(Amount*) { return object("Amount", field("n", &Amount::n, range(0, 10'000'000))); }

Task<Result<Response>> end_by_abort(Request&) { std::abort(); }

Task<Result<Response>> end_by_unreachable(Request&) { __builtin_trap(); }

Task<Result<Response>> end_after_wait(Request& request) {
  co_await request.host().clock.sleep(20);
  std::abort();
}

/// Deep enough for any stack; the volatile local keeps each frame in linear memory.
std::int64_t descend(std::int64_t depth) {  // NOLINT(misc-no-recursion): that is the point
  volatile std::int64_t here[64] = {depth};
  return depth == 0 ? 0 : here[0] + descend(depth + 1);
}
Task<Result<Response>> end_by_stack_overflow(Request&) { co_return ok(Amount{descend(1)}); }

Task<Result<Response>> end_by_memory(Request&) {
  std::vector<std::unique_ptr<std::vector<char>>> kept;
  while (true) kept.push_back(std::make_unique<std::vector<char>>(4'000'000, 'x'));
}

/// Works in small steps and stops in time when the runtime warns.
Task<Result<Response>> work_until_warned(Request& request) {
  std::int64_t steps = 0;
  while (!request.host().cpu.nearly_used_up() && steps < 10'000'000) ++steps;
  if (request.host().cpu.nearly_used_up()) co_return Failure(unavailable("the CPU time is nearly used up"));
  co_return ok(Amount{steps});
}

Task<Result<Response>> wait(Request& request, Amount millis) {
  co_await request.host().clock.sleep(millis.n);
  co_return ok(millis);
}

Task<Result<std::int64_t>> ready(std::int64_t value) { co_return value; }

/// Awaits that are all ready at once: without tail calls the stack would not last.
Task<Result<Response>> await_ready_ones(Request&, Amount count) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < count.n; ++i) sum += co_await ready(1);
  co_return ok(Amount{sum});
}

Task<Result<std::int64_t>> add_slowly(Request& request, std::int64_t seed,
                                      std::int64_t depth) {  // NOLINT(misc-no-recursion)
  std::array<std::int64_t, 16> local{};
  std::iota(local.begin(), local.end(), seed);
  std::int64_t* const address = local.data();
  std::array<std::uint8_t, 1> pause{};
  request.host().random.fill(pause);
  co_await request.host().clock.sleep(pause[0] % 5);
  const std::int64_t below = depth == 0 ? 0 : co_await add_slowly(request, seed + 1, depth - 1);
  // The local's address was taken before the awaits and is used after them.
  co_return std::accumulate(address, address + local.size(), below);
}
/// Interleaves with all others that run: its sum is right only if no other request wrote into its locals.
Task<Result<Response>> interleave(Request& request, Amount seed) {
  co_return ok(Amount{co_await add_slowly(request, seed.n, 4)});
}

Task<Result<Response>> echo(Request& request) {
  co_return text_response(200, request.body()).with("x-body-bytes", std::to_string(request.body().size()));
}

Task<Result<Response>> store(Request& request) {
  auto head = co_await request.incoming().peek_body(4);
  auto object = co_await request.host().bucket.put_request_body("probe", "application/octet-stream");
  co_return text_response(200, head).with("etag", object.etag).with("x-size", std::to_string(object.size));
}

Task<Result<Response>> load(Request& request) { return serve_object(request, "probe", "no-store"); }

Task<Result<void>> remember_later(Host& host) {
  co_await host.clock.sleep(30);
  co_await host.key_value.put("later", "done", minute);
  co_return Result<void>();
}
Task<Result<Response>> answer_then_work(Request& request) {
  request.after(remember_later(request.host()));
  co_return accepted();
}
Task<Result<Response>> look_for_later(Request& request) {
  const auto value = co_await request.host().key_value.get("later");
  co_return text_response(200, value.value_or("nothing"));
}

Task<Result<Response>> fetch(Request& request) {
  OutgoingRequest outgoing;
  outgoing.url = request.header("x-url").value_or("");
  outgoing.timeout = 500;
  outgoing.largest_answer = 1000;
  auto answer = co_await attempt(request.host().http.send(std::move(outgoing)));
  if (!answer) co_return text_response(200, std::string(answer.error().code));
  co_return text_response(200, std::to_string(answer->status) + ' ' + answer->body);
}

/// The pattern "spin" never comes back: the runtime has to end it.
Task<Result<void>> on_cron(Host& host, std::string_view cron, Timestamp) {
  volatile std::uint64_t turns = 0;
  while (cron == "spin") turns = turns + 1;
  co_await host.key_value.put("cron", std::string(cron), minute);
  co_return Result<void>();
}
Task<Result<Response>> look_for_cron(Request& request) {
  const auto value = co_await request.host().key_value.get("cron");
  co_return text_response(200, value.value_or("nothing"));
}

/// Goes to the database twice.
Task<Result<Response>> ask_twice(Request& request) {
  std::int64_t sum = 0;
  for (int i = 0; i < 2; ++i) sum += (co_await request.db().first<Amount>(sql("SELECT 7 AS n"))).value_or(Amount{}).n;
  co_return ok(Amount{sum});
}

/// One sign-in's worth of Argon2id, to be profiled alone.
Task<Result<Response>> hash(Request& request) {
  const auto stored = crypto::hash_password("correct horse battery staple", request.host().random.bytes(16));
  if (!stored) co_return Failure(internal_error("no hash"));
  co_return text_response(200, *stored);
}

template <auto handler>
constexpr Route plain(std::string_view path) {
  return get(path).limit(flood_only).no_input().open_to(anyone).template answers<Amount>().template run<handler>();
}
template <auto handler>
constexpr Route counted(std::string_view path) {
  return get(path).limit(flood_only).query<Amount>().open_to(anyone).template answers<Amount>().template run<handler>();
}

constexpr auto routes = join(
    table(plain<end_by_abort>("/abort"), plain<end_by_unreachable>("/unreachable"),
          plain<end_after_wait>("/abort-after-wait"), plain<end_by_stack_overflow>("/stack-overflow"),
          plain<end_by_memory>("/out-of-memory"), plain<work_until_warned>("/work-until-warned"),
          counted<wait>("/wait"), counted<await_ready_ones>("/ready"), counted<interleave>("/interleave"),
          post("/echo").limit(flood_only).raw_body(1 << 20).open_to(anyone).answers_bytes("text/plain").run<echo>(),
          post("/wait").limit(flood_only).query<Amount>().open_to(anyone).answers<Amount>().run<wait>(),
          put("/object")
              .limit(flood_only)
              .streamed_body(100 << 20)
              .open_to(anyone)
              .answers_bytes("text/plain")
              .run<store>(),
          get("/object")
              .limit(flood_only)
              .no_input()
              .open_to(anyone)
              .answers_bytes("application/octet-stream")
              .run<load>(),
          plain<ask_twice>("/ask"),
          post("/ask").limit(flood_only).no_input().open_to(anyone).answers<Amount>().run<ask_twice>(),
          get("/ask-primary")
              .limit(flood_only)
              .no_input()
              .open_to(anyone)
              .never_from_replica()
              .answers<Amount>()
              .run<ask_twice>(),
          plain<answer_then_work>("/answer-then-work"), plain<look_for_later>("/later"), plain<look_for_cron>("/cron"),
          plain<fetch>("/fetch"), plain<hash>("/argon2id")),
    service_routes);

}  // namespace

const App& isthmus::app() {
  static constexpr App probe{"probe", "Probe", routes, nullptr, on_cron};
  return probe;
}
