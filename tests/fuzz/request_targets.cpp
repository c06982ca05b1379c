#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "fuzz/playground.h"
#include "fuzz/target.h"

namespace isthmus::fuzz {

namespace {

Task<Result<Response>> answer_nothing(Request&) { co_return no_content(); }

/// The product's table with nothing but its inputs: whoever sends it, it is decoded, and then nothing happens.
const App& inputs_only() {
  static const std::vector<Route> rows = [] {
    std::vector<Route> copied(app().routes.begin(), app().routes.end());
    for (Route& row : copied) {
      row.limit = flood_only;
      row.access = anyone;
      row.takes_idempotency_key = false;
      row.run = answer_nothing;
    }
    return copied;
  }();
  static const App bare{"inputs", "Inputs", rows};
  return bare;
}

Playground& playground() {
  // Never destroyed: libFuzzer ends the process from its inside.
  static auto& made = *new Playground;
  return made;
}

Step sampled_step(const Operation& operation, Dice& dice) {
  const Sampler& sampler = playground().sampler();
  Step step{operation.method, sampler.target(operation, dice), {}, sampler.body(operation, dice)};
  if (!dice.one_in(8)) step.headers.push_back({"as", dice.pick(playground().callers())});
  if (operation.takes_bytes()) step.body = "\x89PNG\r\n\x1a\n";
  return step;
}

void change_headers(Step& step, Dice& dice) {
  constexpr std::array names = std::to_array<std::string_view>({"idempotency-key",
                                                                "authorization",
                                                                "range",
                                                                "if-none-match",
                                                                "if-modified-since",
                                                                "if-range",
                                                                "content-length",
                                                                "content-type",
                                                                "cf-connecting-ip",
                                                                "x-request-id",
                                                                "origin",
                                                                "cookie",
                                                                "accept-language",
                                                                "wait",
                                                                "provider",
                                                                "svix-id",
                                                                "svix-timestamp",
                                                                "svix-signature",
                                                                "stripe-signature",
                                                                "signed",
                                                                "access-control-request-method"});
  constexpr std::array values =
      std::to_array<std::string_view>({"1", "0", "a", "Bearer x", "bytes=0-1", "bytes=-1", "*", "application/json",
                                       "text/plain", "2001:db8::1", "86400", "500 {}", "200 {}", "200 null",
                                       "429 {\"error\":{\"type\":\"rate_limit\"}}", "t=1,v1=a", "v1,a", "null"});
  if (!step.headers.empty() && dice.one_in(2)) {
    Header& header = step.headers[dice.below(step.headers.size())];
    if (header.name == "as")
      header.value = dice.pick(playground().callers());
    else if (dice.one_in(3))
      std::erase_if(step.headers, [name = header.name](const Header& other) { return other.name == name; });
    else
      header.value = mutate_bytes(header.value);
  } else {
    step.headers.push_back({std::string(dice.pick(names)), std::string(dice.pick(values))});
  }
}

std::string mutate_among(std::string_view text, Dice& dice, const std::vector<const Operation*>& operations,
                         std::size_t most) {
  const Sampler& sampler = playground().sampler();
  std::vector<Step> steps = read_steps(text);
  const bool empty = steps.empty();
  if (empty || (steps.size() < most && dice.one_in(6))) {
    const std::size_t at = dice.below(steps.size() + 1);
    steps.insert(steps.begin() + static_cast<std::ptrdiff_t>(at), sampled_step(*dice.pick(operations), dice));
    return write_steps(steps);
  }
  Step& step = steps[dice.below(steps.size())];
  const Route* row = row_of(step.method, step.path());
  const Operation* known = row ? sampler.find(name_of(row->method), row->path) : nullptr;
  const Operation& operation = known ? *known : *dice.pick(operations);
  switch (dice.below(9)) {
    case 0:
    case 1: step.body = sampler.change(step.body, dice); break;
    case 2: step.body = sampler.body(operation, dice); break;
    case 3: step.target = sampler.target(operation, dice); break;
    case 4:
    case 5: change_headers(step, dice); break;
    case 6: step.body = mutate_bytes(step.body); break;
    case 7:
      if (steps.size() > 1)
        steps.erase(steps.begin() + (&step - steps.data()));
      else
        step = sampled_step(operation, dice);
      break;
    default: step.target = mutate_bytes(step.target); break;
  }
  return write_steps(steps);
}

std::vector<const Operation*> operations_where(auto wanted) {
  std::vector<const Operation*> chosen;
  for (const Operation& operation : playground().sampler().operations())
    if (wanted(operation)) chosen.push_back(&operation);
  return chosen;
}

/// A few for each operation, by the callers in turn.
std::vector<std::string> requests_of(const std::vector<const Operation*>& operations, Dice& dice) {
  const std::vector<std::string> callers = playground().callers();
  std::vector<std::string> requests;
  for (const Operation* operation : operations) {
    std::vector<Step> steps;
    for (const std::string& caller : callers) {
      Step step = sampled_step(*operation, dice);
      std::erase_if(step.headers, [](const Header& header) { return header.name == "as"; });
      step.headers.push_back({"as", caller});
      steps.push_back(std::move(step));
      if (steps.size() == most_steps) break;
    }
    requests.push_back(write_steps(steps));
  }
  return requests;
}

bool is_webhook(const Operation& operation) {
  return std::ranges::any_of(app().routes, [&](const Route& row) {
    return row.access.kind == Access::Kind::webhook && row.path == operation.path &&
           name_of(row.method) == operation.method;
  });
}

}  // namespace

void send_requests(std::string_view text) {
  Playground& ground = playground();
  ground.begin();
  for (const Step& step : read_steps(text)) ground.send(step);
  ground.end();
}

void send_webhook(std::string_view text) {
  Playground& ground = playground();
  ground.begin();
  for (Step& step : read_steps(text)) {
    step.headers.push_back({"signed", "1"});
    ground.send(step);
  }
  ground.end();
}

/// The inputs of every row, decoded for anybody.
void decode_input(std::string_view text) {
  static native::World world("peerloop");
  static const Pipeline pipeline(inputs_only());
  world.log.lines.clear();
  world.rate_limiter.asked.clear();
  for (const Step& step : read_steps(text)) {
    native::Outgoing outgoing{step.method, step.target, step.headers, step.body};
    if (step.header("content-type").empty()) outgoing.headers.push_back({"content-type", "application/json"});
    const native::Exchange exchange(world, pipeline, std::move(outgoing));
    const native::Reply& reply = exchange.reply();
    constexpr std::array known{204, 400, 404, 405, 411, 413, 415};
    holds(std::ranges::contains(known, reply.status), "an input is taken or refused: " + reply.body);
    if (reply.code() != "validation_failed") continue;
    const Json answer = Json::parse(reply.body, nullptr, false);
    holds(answer.is_object() && answer["details"]["formErrors"].is_array() &&
              answer["details"]["fieldErrors"].is_object(),
          "a refusal names what is wrong");
  }
}

std::vector<std::string> requests_of_every_row(Dice& dice) {
  return requests_of(operations_where([](const Operation&) { return true; }), dice);
}

std::vector<std::string> requests_of_every_webhook(Dice& dice) {
  return requests_of(operations_where(is_webhook), dice);
}

std::string mutate_requests(std::string_view text, Dice& dice) {
  static const auto all = operations_where([](const Operation&) { return true; });
  return mutate_among(text, dice, all, most_steps);
}

std::string mutate_webhook(std::string_view text, Dice& dice) {
  static const auto webhooks = operations_where(is_webhook);
  return mutate_among(text, dice, webhooks, 3);
}

}  // namespace isthmus::fuzz
