#pragma once

#include <coroutine>
#include <cstdint>
#include <optional>

#include "abi.h"
#include "pack.h"

namespace isthmus {

/// One operation that the host was asked for, as something to await. It starts when it is awaited. Destroying it while
/// it is open (its request was cancelled) forgets it: a completion that comes later finds nobody.
///
/// Gives what the host packed, or the host's reason as a 503 in its log part.
class HostCall {
 public:
  HostCall(std::uint32_t request, abi::Operation operation, PackWriter arguments)
      : request_(request), operation_(operation), arguments_(std::move(arguments)) {}
  HostCall(const HostCall&) = delete;
  HostCall& operator=(const HostCall&) = delete;
  ~HostCall();

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting);
  Result<PackReader> await_resume();

  /// The request that an open call belongs to; nothing where nobody waits for it any more.
  static std::optional<std::uint32_t> request_of(std::uint32_t call);
  /// Hands an answer to who waits for it, who then goes on.
  static void complete(std::uint32_t call, bool succeeded, HostBuffer answer);

 private:
  std::uint32_t request_;
  abi::Operation operation_;
  PackWriter arguments_;
  std::uint32_t call_ = 0;  ///< 0: not open
  std::coroutine_handle<> waiting_;
  bool succeeded_ = false;
  HostBuffer answer_;
};

}  // namespace isthmus
