#pragma once

#include "http/query_string.h"
#include "http/request.h"
#include "http/route.h"

namespace isthmus {

/// Connects a typed handler with the untyped row of the table.
template <class T, auto handler>
struct RouteThunks {
  static Result<void> decode_body(Request& request) {
    const auto json = parse_json(request.body_);
    if (!json) return Failure(json.error());
    return keep(request, decode<T>(*json));
  }
  static Result<void> decode_query(Request& request) {
    return keep(request, decode<T>(parse_query(request.incoming_.query)));
  }
  static Task<Result<Response>> run(Request& request) {
    return handler(request, std::move(*static_cast<T*>(request.input_.get())));
  }

 private:
  static Result<void> keep(Request& request, Result<T> input) {
    if (!input) return Failure(std::move(input).error());
    request.input_ = std::make_shared<T>(*std::move(input));
    return {};
  }
};

template <auto handler>
struct RouteThunks<void, handler> {
  static Task<Result<Response>> run(Request& request) { return handler(request); }
};

template <unsigned declared, class In>
template <class T>
constexpr auto RouteDraft<declared, In>::body(std::uint32_t most_bytes) const {
  return stage<stages::validated, T>([&](Route& next) {
    next.input = {Input::Kind::json, most_bytes, RouteThunks<T, nullptr>::decode_body, Codec<T>::describe, {}};
  });
}

template <unsigned declared, class In>
template <class T>
constexpr auto RouteDraft<declared, In>::optional_body(std::uint32_t most_bytes) const {
  return stage<stages::validated, T>([&](Route& next) {
    next.input = {Input::Kind::json, most_bytes, RouteThunks<T, nullptr>::decode_body, Codec<T>::describe, {}, true};
  });
}

template <unsigned declared, class In>
template <class T>
constexpr auto RouteDraft<declared, In>::query() const {
  return stage<stages::validated, T>([&](Route& next) {
    next.input = {Input::Kind::query, 0, RouteThunks<T, nullptr>::decode_query, nullptr,
                  detail::ObjectTable<T>::fields};
  });
}

template <unsigned declared, class In>
template <class T>
constexpr auto RouteDraft<declared, In>::streamed_body(std::uint32_t most_bytes) const {
  return stage<stages::validated, T>([&](Route& next) {
    next.input = {Input::Kind::stream, most_bytes, RouteThunks<T, nullptr>::decode_query, nullptr,
                  detail::ObjectTable<T>::fields};
  });
}

}  // namespace isthmus
