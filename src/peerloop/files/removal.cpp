#include "peerloop/files/removal.h"

namespace isthmus::peerloop {

Task<Result<Delivery>> remove_object(Host& host, const OutboxItem& item) {
  std::string key;
  if (const auto payload = parse_json(item.payload)) key = payload->string_at({"key"}).value_or("");
  if (key.empty()) co_return Failure(bad_request("The row names no object."));
  co_await host.bucket.remove(std::move(key));
  co_return Delivery{};
}

}  // namespace isthmus::peerloop
