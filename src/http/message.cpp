#include "http/message.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace isthmus {

namespace {

constexpr std::array<std::string_view, 7> method_names{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

}  // namespace

std::string_view name_of(Method method) {
  const auto index = static_cast<std::size_t>(method);
  return index < method_names.size() ? method_names[index] : std::string_view("OTHER");
}

Method method_named(std::string_view name) {
  const auto found = std::ranges::find(method_names, name);
  return static_cast<Method>(found - method_names.begin());
}

bool Response::has_header(std::string_view name) const {
  return std::ranges::any_of(headers, [&](const Header& header) { return equal_ignoring_case(header.name, name); });
}

Response json_response(int status, std::string json) {
  return {status, {{"content-type", std::string(json_content_type)}}, std::move(json)};
}

Response text_response(int status, std::string text) {
  return {status, {{"content-type", "text/plain; charset=utf-8"}}, std::move(text)};
}

Response error_response(const Error& error, std::string_view request_id) {
  JsonWriter json;
  json.begin_object().member("error", error.text.value).member("code", error.code);
  if (!error.details.empty()) json.raw_member("details", error.details);
  json.member("requestId", request_id).end_object();
  Response response = json_response(error.status, std::move(json).text());
  if (error.retry_after_seconds > 0)
    response.headers.push_back({"retry-after", std::to_string(error.retry_after_seconds)});
  if (!error.allow.empty()) response.headers.push_back({"allow", std::string(error.allow)});
  return response;
}

}  // namespace isthmus
