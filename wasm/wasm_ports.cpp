#include "wasm_ports.h"

#include <algorithm>

#include "base/error.h"

/// workerd writes 24 (SIGXCPU) here when a request has nearly used up its CPU time, and 1 to the second when it ended
/// the isolate (workerd: src/workerd/io/tracked-wasm-instance.h).
extern "C" volatile std::uint32_t __instance_signal = 0;      // NOLINT: the runtime's name
extern "C" volatile std::uint32_t __instance_terminated = 0;  // NOLINT: the runtime's name

namespace isthmus {

bool WasmCpuBudget::nearly_used_up() const { return __instance_signal != 0; }

Timestamp WasmClock::now() { return {static_cast<std::int64_t>(abi::isthmus_now())}; }

Task<Result<void>> WasmClock::sleep(Millis length) {
  PackWriter arguments;
  arguments.number(static_cast<double>(length));
  HostCall call(request_, abi::Operation::sleep, std::move(arguments));
  co_await (co_await call);
  co_return Result<void>();
}

void WasmRandom::fill(std::span<std::uint8_t> out) {
  abi::isthmus_random(out.data(), static_cast<std::uint32_t>(out.size()));
}

void WasmLog::write_line(Level level, std::string json_line) {
  abi::isthmus_log(static_cast<std::uint32_t>(level), json_line.data(), static_cast<std::uint32_t>(json_line.size()));
}

std::optional<std::string_view> WasmSettings::find(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

Task<Result<bool>> WasmRateLimiter::allow(std::string key) {
  PackWriter arguments;
  arguments.text(key);
  HostCall call(request_, abi::Operation::rate_limit, std::move(arguments));
  PackReader answer = co_await (co_await call);
  co_return answer.word() != 0;
}

Task<Result<std::optional<std::string>>> WasmKeyValue::get(std::string key) {
  PackWriter arguments;
  arguments.text(key);
  HostCall call(request_, abi::Operation::key_value_get, std::move(arguments));
  PackReader answer = co_await (co_await call);
  if (answer.word() == 0) co_return std::optional<std::string>();
  co_return answer.text();
}

Task<Result<void>> WasmKeyValue::put(std::string key, std::string value, Millis life) {
  PackWriter arguments;
  arguments.text(key);
  arguments.text(value);
  arguments.number(static_cast<double>(std::max(life, shortest_life) / second));
  HostCall call(request_, abi::Operation::key_value_put, std::move(arguments));
  co_await (co_await call);
  co_return Result<void>();
}

Task<Result<void>> WasmKeyValue::remove(std::string key) {
  PackWriter arguments;
  arguments.text(key);
  HostCall call(request_, abi::Operation::key_value_remove, std::move(arguments));
  co_await (co_await call);
  co_return Result<void>();
}

Task<Result<IncomingAnswer>> WasmHttpClient::send(OutgoingRequest request) {
  PackWriter arguments;
  arguments.text(request.method);
  arguments.text(request.url);
  arguments.number(static_cast<double>(request.timeout));
  arguments.word(request.largest_answer);
  arguments.word(static_cast<std::uint32_t>(request.headers.size()));
  for (const auto& [name, value] : request.headers) {
    arguments.text(name);
    arguments.text(value);
  }
  arguments.text(request.body);
  HostCall call(request_, abi::Operation::http_send, std::move(arguments));
  auto answer = co_await call;
  if (!answer) {
    // The host says "timeout: …", "answer_too_large: …" or "unreachable: …".
    Error error = std::move(answer).error();
    error.code = error.log.value.starts_with("timeout")            ? "timeout"
                 : error.log.value.starts_with("answer_too_large") ? "answer_too_large"
                                                                   : "unreachable";
    co_return Failure(std::move(error));
  }
  IncomingAnswer incoming;
  incoming.status = static_cast<int>(answer->word());
  const std::size_t count = answer->word();
  incoming.headers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = answer->text();
    incoming.headers.emplace_back(std::move(name), answer->text());
  }
  incoming.body = answer->text();
  co_return incoming;
}

namespace {

std::string_view next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

}  // namespace

void WasmIncoming::take(std::string_view lines) {
  method = method_named(next_line(lines));
  const std::string_view target = next_line(lines);
  const auto question = target.find('?');
  path = target.substr(0, question);
  if (question != std::string_view::npos) query = target.substr(question + 1);
  common_values_ = lines;
}

std::optional<std::string> WasmIncoming::header(HeaderName name) {
  std::string_view names = abi::common_headers;
  std::string_view values = common_values_;
  while (!names.empty()) {
    const bool found = next_line(names) == name.text();
    const std::string_view value = next_line(values);
    if (found) return value.empty() ? std::nullopt : std::optional<std::string>(value);
  }
  return ask_for_header(name.text());
}

std::optional<std::string> WasmIncoming::ask_for_header(std::string_view name) const {
  std::string value(256, '\0');
  const auto read = [&] {
    return abi::isthmus_header(request_, name.data(), static_cast<std::uint32_t>(name.size()), value.data(),
                               static_cast<std::uint32_t>(value.size()));
  };
  std::int32_t length = read();
  if (length < 0) return std::nullopt;
  if (static_cast<std::size_t>(length) > value.size()) {
    value.resize(static_cast<std::size_t>(length));
    length = read();
  }
  value.resize(static_cast<std::size_t>(length));
  return value;
}

Task<Result<std::string>> WasmIncoming::read_body(std::uint32_t most) {
  PackWriter arguments;
  arguments.word(most);
  HostCall call(request_, abi::Operation::read_body, std::move(arguments));
  auto answer = co_await call;
  if (answer) co_return answer->rest();
  if (answer.error().log.value == "too_large") co_return Failure(payload_too_large(most));
  co_return Failure(std::move(answer).error());
}

Task<Result<std::string>> WasmIncoming::peek_body(std::uint32_t count) {
  PackWriter arguments;
  arguments.word(count);
  HostCall call(request_, abi::Operation::peek_body, std::move(arguments));
  PackReader answer = co_await (co_await call);
  co_return answer.text();
}

}  // namespace isthmus
