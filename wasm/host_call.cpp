#include "host_call.h"

#include <unordered_map>

#include "base/counters.h"

namespace isthmus {

namespace {

/// The calls that are open in this instance.
struct OpenCalls {
  std::unordered_map<std::uint32_t, HostCall*> by_id;
  std::uint32_t last_id = 0;

  std::uint32_t add(HostCall* call) {
    // The count may wrap after four thousand million calls; an id that is still open is passed over, and so is 0.
    do ++last_id;
    while (last_id == 0 || by_id.contains(last_id));
    by_id.emplace(last_id, call);
    return last_id;
  }
};

OpenCalls& open_calls() {
  static OpenCalls calls;
  return calls;
}

}  // namespace

HostCall::~HostCall() {
  if (call_ == 0) return;
  open_calls().by_id.erase(call_);
  --live().host_calls;
}

void HostCall::await_suspend(std::coroutine_handle<> waiting) {
  waiting_ = waiting;
  call_ = open_calls().add(this);
  ++live().host_calls;
  const std::string& bytes = arguments_.bytes();
  abi::isthmus_call(static_cast<std::uint32_t>(operation_), request_, call_, bytes.data(),
                    static_cast<std::uint32_t>(bytes.size()));
}

Result<PackReader> HostCall::await_resume() {
  if (succeeded_) return PackReader(std::move(answer_));
  return Failure(unavailable(std::string(answer_.view())));
}

std::optional<std::uint32_t> HostCall::request_of(std::uint32_t call) {
  const auto found = open_calls().by_id.find(call);
  if (found == open_calls().by_id.end()) return std::nullopt;
  return found->second->request_;
}

void HostCall::complete(std::uint32_t call, bool succeeded, HostBuffer answer) {
  const auto found = open_calls().by_id.find(call);
  if (found == open_calls().by_id.end()) return;
  HostCall& self = *found->second;
  open_calls().by_id.erase(found);
  --live().host_calls;
  self.call_ = 0;
  self.succeeded_ = succeeded;
  self.answer_ = std::move(answer);
  self.waiting_.resume();
}

}  // namespace isthmus
