#include "adapters/email/resend.h"

#include <algorithm>

#include "adapters/provider_call.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "base/web_address.h"
#include "json/value.h"
#include "json/writer.h"

namespace isthmus {

namespace {

constexpr std::string_view default_url = "https://api.resend.com";
constexpr std::uint32_t largest_answer = 64 * 1024;
constexpr std::size_t longest_idempotency_key = 256;
/// A provider that asks for longer than this is asked again anyway.
constexpr std::int64_t longest_wait_s = 6 * 60 * 60;

void write_email(JsonWriter& json, const Email& email, std::string_view from) {
  json.begin_object().member("from", from).member("to", email.to).member("subject", email.subject);
  json.member("html", email.html).member("text", email.text);
  if (email.scheduled_at) json.member("scheduled_at", to_rfc3339(*email.scheduled_at));
  if (!email.tags.empty()) {
    json.key("tags").begin_array();
    for (const auto& [name, value] : email.tags)
      json.begin_object().member("name", name).member("value", value).end_object();
    json.end_array();
  }
  if (!email.attachments.empty()) {
    json.key("attachments").begin_array();
    for (const auto& [filename, content_type, bytes] : email.attachments)
      json.begin_object()
          .member("filename", filename)
          .member("content", base64_encode(bytes))
          .member("content_type", content_type)
          .end_object();
    json.end_array();
  }
  json.end_object();
}

/// The provider's name for the error. Its message may quote an address, so it stays out of the log.
std::string error_name(const IncomingAnswer& answer) {
  const auto json = parse_json(answer.body);
  const auto name = json ? json->string_at({"name"}) : std::nullopt;
  return std::string(name.value_or("unnamed").substr(0, 80));
}

Error refusal(int status, std::string_view code, std::string log) {
  return Error(status, code, ClientText("The mail could not be sent."), LogText(std::move(log)));
}

/// A mail that is in flight under the same key, or a limit of so many a second, is over in a moment; the quota of a day
/// or a month is not.
bool is_worth_another_try(const IncomingAnswer& answer) {
  if (answer.status == 409) return error_name(answer) == "concurrent_idempotent_requests";
  return says_later(answer) && !error_name(answer).ends_with("quota_exceeded");
}

/// Ten mails are sent in a row by who holds them for two minutes: were Resend silent, five would have opened the
/// circuit by then.
constexpr ProviderCalls calls{.provider = "resend",
                              .timeout = 6 * second,
                              .patience = 8 * second,
                              .first_pause = 500,
                              .longest_pause = 3 * second,
                              .is_worth_another_try = is_worth_another_try};

Error error_of(const IncomingAnswer& answer) {
  const std::string name = error_name(answer);
  const std::string log = "Resend answered " + std::to_string(answer.status) + ' ' + name;
  // In flight under the same key, by a dispatcher that is slower than its lease: ask again.
  if (answer.status == 429 || name == "concurrent_idempotent_requests") {
    const std::int64_t wait = to_integer(answer.header("retry-after")).value_or(1);
    return refusal(429, "email_provider_busy", log).with_retry_after(std::clamp<std::int64_t>(wait, 1, longest_wait_s));
  }
  if (answer.status == 409) return refusal(409, "email_sent_before", log);
  // 401 and 403 are about our key and our domain, never about the mail.
  const bool is_about_the_mail = answer.status >= 400 && answer.status < 500 && answer.status != 401 &&
                                 answer.status != 403 && answer.status != 408;
  return is_about_the_mail ? refusal(422, "email_rejected", log) : unavailable(log);
}

/// The ids in `{"data": [{"id"}…]}`, or nothing for another shape.
std::optional<std::vector<std::string>> read_ids(std::string_view body) {
  const auto json = parse_json(body);
  const auto data = json ? json->member("data") : std::nullopt;
  if (!data || data->kind() != JsonValue::Kind::array) return std::nullopt;
  std::vector<std::string> ids;
  data->for_each_element([&](JsonValue element) { ids.emplace_back(element.string_at({"id"}).value_or("")); });
  if (std::ranges::contains(ids, std::string())) return std::nullopt;
  return ids;
}

}  // namespace

Result<Resend> Resend::create(Host& host) {
  const Settings& settings = host.settings;
  const auto api_key = settings.find("RESEND_API_KEY");
  const auto from = settings.find("RESEND_FROM_ADDRESS");
  if (!api_key || !from)
    return Failure(unavailable(std::string(api_key ? "RESEND_FROM_ADDRESS" : "RESEND_API_KEY") + " is not set"));
  const std::string_view url = without_slash_at_end(settings.get("RESEND_URL", default_url));
  return Resend(host, std::string(url), std::string(trim(*api_key)), std::string(trim(*from)));
}

Task<Result<std::string>> Resend::post(std::string path, std::string json, std::string idempotency_key) {
  if (idempotency_key.empty() || idempotency_key.size() > longest_idempotency_key)
    co_return Failure(internal_error("an idempotency key for Resend has 1 to 256 characters"));
  OutgoingRequest request;
  request.method = "POST";
  request.url = url_ + path;
  // Without a User-Agent Resend answers 403, and Workers send none of their own.
  request.headers = {{"authorization", "Bearer " + api_key_},
                     {"content-type", "application/json"},
                     {"idempotency-key", std::move(idempotency_key)},
                     {"user-agent", "isthmus/1.0"}};
  request.body = std::move(json);
  request.largest_answer = largest_answer;
  auto called = co_await attempt(call_provider(host_, calls, std::move(request)));
  if (!called)
    co_return Failure(unavailable("Resend: " + std::string(called.error().code), seconds_to_wait(called.error())));
  IncomingAnswer answer = *std::move(called);
  if (answer.status < 200 || answer.status >= 300) co_return Failure(error_of(answer));
  co_return std::move(answer.body);
}

Task<Result<std::string>> Resend::send(Email email, std::string idempotency_key) {
  JsonWriter json;
  write_email(json, email, from_);
  const std::string body = co_await post("/emails", std::move(json).text(), std::move(idempotency_key));
  const auto answer = parse_json(body);
  const auto id = answer ? answer->string_at({"id"}) : std::nullopt;
  if (!id || id->empty()) co_return Failure(unavailable("Resend's answer names no mail"));
  co_return std::string(*id);
}

Task<Result<std::vector<std::string>>> Resend::send_batch(std::vector<Email> emails, std::string idempotency_key) {
  JsonWriter json;
  json.begin_array();
  for (const Email& email : emails) {
    if (!email.attachments.empty()) co_return Failure(internal_error("Resend's batches carry no attachments"));
    if (email.scheduled_at) co_return Failure(internal_error("Resend's batches are sent at once"));
    write_email(json, email, from_);
  }
  json.end_array();
  const std::string body = co_await post("/emails/batch", std::move(json).text(), std::move(idempotency_key));
  auto ids = read_ids(body);
  if (!ids || ids->size() != emails.size())
    co_return Failure(unavailable("Resend's answer does not name as many mails as were sent"));
  co_return *std::move(ids);
}

}  // namespace isthmus
