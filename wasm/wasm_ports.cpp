#include "wasm_ports.h"

#include <algorithm>

#include "http/rate_limit.h"

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

std::optional<std::string> WasmIncoming::header(HeaderName name) {
  const std::string_view text = name.text();
  std::string value(256, '\0');
  const auto read = [&] {
    return abi::isthmus_header(request_, text.data(), static_cast<std::uint32_t>(text.size()), value.data(),
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
  PackReader answer = co_await (co_await call);
  const bool fits = answer.word() != 0;
  if (!fits) co_return Failure(payload_too_large(most));
  co_return answer.text();
}

Task<Result<std::string>> WasmIncoming::peek_body(std::uint32_t count) {
  PackWriter arguments;
  arguments.word(count);
  HostCall call(request_, abi::Operation::peek_body, std::move(arguments));
  PackReader answer = co_await (co_await call);
  co_return answer.text();
}

}  // namespace isthmus
