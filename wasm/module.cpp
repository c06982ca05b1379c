#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/counters.h"
#include "http/pipeline.h"
#include "wasm_ports.h"

/// The module's exports: requests in, completions in, cancellation. One instance serves many requests at a time; its
/// state is all in `Instance`.
namespace isthmus {

namespace {

/// The blocks of headers that the host knows by their address.
class ToldBlocks {
 public:
  /// True where it is told for the first time.
  bool tell(const HeaderBlock* block) {
    if (std::ranges::contains(told_, block)) return false;
    told_.push_back(block);
    return true;
  }

 private:
  std::vector<const HeaderBlock*> told_;
};

/// One request, or one run of cron, and the ports that are its own.
class Exchange {
 public:
  Exchange(std::uint32_t id, const WasmSettings& settings, Circuits& circuits, ToldBlocks& told)
      : id_(id),
        told_(told),
        clock_(id),
        database_(id, clock_, random_),
        key_value_(id),
        bucket_(id),
        http_(id),
        rate_limiter_(id),
        incoming_(id),
        host_{database_, key_value_, bucket_, http_, clock_, random_, log_, rate_limiter_, settings, cpu_, circuits} {
    ++live().requests;
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    root_ = {};
    --live().requests;
  }

  void serve(const Pipeline& pipeline, std::string_view lines) {
    incoming_.take(lines);
    root_ = pipeline.serve(incoming_, host_, [this](Response response) { send(response); });
    root_.resume();
  }
  void run_scheduled(const Pipeline& pipeline, std::string cron) {
    root_ = pipeline.run_scheduled(host_, std::move(cron));
    root_.resume();
  }
  bool done() const { return root_.done(); }

 private:
  /// Status, stream, the address of the shared headers, these headers where the host does not know them yet, further
  /// headers, where the path of the route and the code of the error stand. Headers are lines: name, value, name, value.
  void send(const Response& response) const {
    PackWriter head;
    head.reserve(128);
    head.word(static_cast<std::uint32_t>(response.status));
    head.word(response.stream);
    const HeaderBlock* shared = response.shared_headers;
    head.word(static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(shared)));
    head.text(shared && told_.tell(shared) ? lines_of(*shared) : std::string());
    head.text(lines_of(response.headers));
    for (const std::string_view literal : {response.route, response.code}) {
      head.word(static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(literal.data())));
      head.word(static_cast<std::uint32_t>(literal.size()));
    }
    abi::isthmus_respond(id_, head.bytes().data(), static_cast<std::uint32_t>(head.bytes().size()),
                         response.body.data(), static_cast<std::uint32_t>(response.body.size()));
  }
  static std::string lines_of(const std::vector<Header>& headers) {
    std::string lines;
    for (const Header& header : headers) {
      append_line(lines, header.name);
      append_line(lines, header.value);
    }
    return lines;
  }
  /// A line break inside would let a value write headers of its own.
  static void append_line(std::string& out, std::string_view text) {
    constexpr std::string_view forbidden("\r\n\0", 3);
    if (text.find_first_of(forbidden) == std::string_view::npos) {
      out += text;
    } else {
      for (const char c : text)
        if (!forbidden.contains(c)) out.push_back(c);
    }
    out.push_back('\n');
  }

  std::uint32_t id_;
  ToldBlocks& told_;
  WasmClock clock_;
  WasmRandom random_;
  WasmDatabase database_;
  WasmKeyValue key_value_;
  WasmBucket bucket_;
  WasmHttpClient http_;
  WasmLog log_;
  WasmRateLimiter rate_limiter_;
  WasmCpuBudget cpu_;
  WasmIncoming incoming_;
  Host host_;
  Task<void> root_;
};

struct Instance {
  WasmSettings settings;
  Circuits circuits;
  Pipeline pipeline{app()};
  ToldBlocks told;
  std::unordered_map<std::uint32_t, std::unique_ptr<Exchange>> exchanges;

  Exchange& open(std::uint32_t id) {
    auto& place = exchanges[id];
    place = std::make_unique<Exchange>(id, settings, circuits, told);
    return *place;
  }
  /// Lets a request go once nothing of it is left to do.
  void settle(std::uint32_t id) {
    const auto found = exchanges.find(id);
    if (found == exchanges.end() || !found->second->done()) return;
    exchanges.erase(found);
    abi::isthmus_finish(id);
  }
};

Instance& instance() {
  static Instance the_instance;
  return the_instance;
}

}  // namespace

}  // namespace isthmus

#define ISTHMUS_EXPORT(name) extern "C" __attribute__((export_name(name), used))

/// Memory for what the host hands over; freed by who receives it. It is a multiple of nothing: no alignment is
/// promised.
ISTHMUS_EXPORT("isthmus_allocate") char* isthmus_allocate(std::uint32_t size) {
  auto* memory = static_cast<char*>(std::malloc(size == 0 ? 1 : size));
  if (!memory) std::abort();
  ++isthmus::live().buffers;
  return memory;
}

/// One variable or secret of the deployment, before the first request: `name` and `value` in one buffer.
ISTHMUS_EXPORT("isthmus_set") void isthmus_set(char* text, std::uint32_t name_size, std::uint32_t size) {
  const isthmus::HostBuffer buffer(text, size);
  isthmus::instance().settings.set(std::string(buffer.view().substr(0, name_size)),
                                   std::string(buffer.view().substr(name_size)));
}

/// A request in lines: its method, its target (path and query), and the values of the common headers, empty where there
/// is none.
ISTHMUS_EXPORT("isthmus_start") void isthmus_start(std::uint32_t request, char* text, std::uint32_t size) {
  isthmus::Instance& instance = isthmus::instance();
  {
    const isthmus::HostBuffer buffer(text, size);
    instance.open(request).serve(instance.pipeline, buffer.view());
  }
  instance.settle(request);
}

/// A run of cron, with its pattern.
ISTHMUS_EXPORT("isthmus_scheduled") void isthmus_scheduled(std::uint32_t request, char* text, std::uint32_t size) {
  isthmus::Instance& instance = isthmus::instance();
  {
    const isthmus::HostBuffer buffer(text, size);
    instance.open(request).run_scheduled(instance.pipeline, std::string(buffer.view()));
  }
  instance.settle(request);
}

/// The answer of a call: what the operation packed, or the text of a failure.
ISTHMUS_EXPORT("isthmus_complete")
void isthmus_complete(std::uint32_t call, std::uint32_t succeeded, char* data, std::uint32_t size) {
  isthmus::HostBuffer answer(data, size);
  const auto request = isthmus::HostCall::request_of(call);
  if (!request) return;
  isthmus::HostCall::complete(call, succeeded != 0, std::move(answer));
  isthmus::instance().settle(*request);
}

/// The client went away, or the request took too long: all that it holds is destroyed.
ISTHMUS_EXPORT("isthmus_cancel") void isthmus_cancel(std::uint32_t request) {
  isthmus::instance().exchanges.erase(request);
}

/// What the host must know of this module, in four words: where the scratch is and how long, where the names of the
/// common headers are and how long.
ISTHMUS_EXPORT("isthmus_layout") const std::uint32_t* isthmus_layout() {
  const auto address = [](const char* at) { return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(at)); };
  static const std::array<std::uint32_t, 4> layout{address(isthmus::scratch()), isthmus::scratch_size,
                                                   address(isthmus::abi::common_headers.data()),
                                                   static_cast<std::uint32_t>(isthmus::abi::common_headers.size())};
  return layout.data();
}

/// Where the counters of what is alive stand: four words.
ISTHMUS_EXPORT("isthmus_counters") const isthmus::Counters* isthmus_counters() { return &isthmus::live(); }
