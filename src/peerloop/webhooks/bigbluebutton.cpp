#include "peerloop/webhooks/bigbluebutton.h"

#include "base/encoding.h"
#include "base/strings.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"
#include "json/value.h"
#include "peerloop/app.h"
#include "peerloop/video/settle.h"
#include "peerloop/webhooks/event_time.h"

namespace isthmus::peerloop {

namespace {

constexpr std::size_t longest_token = 4096;
constexpr std::size_t longest_id = 100;
/// A person who came and went more often than this is told of in so many stays.
constexpr std::size_t most_stays = 100;

Error refusal(std::string why) {
  Error error = unauthorized("The signature of this webhook is missing, wrong or too old.", "invalid_signature");
  error.log = LogText("bigbluebutton token: " + std::move(why));
  return error;
}

/// The moment until which an HS512 token holds; nothing where it is not signed with the secret.
std::optional<std::int64_t> expiry_of(std::string_view token, std::string_view secret) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (token.size() > longest_token || first == std::string_view::npos || first == last) return std::nullopt;
  const auto header = base64url_decode(token.substr(0, first));
  const auto claims = base64url_decode(token.substr(first + 1, last - first - 1));
  const auto tag = base64url_decode(token.substr(last + 1));
  if (!header || !claims || !tag) return std::nullopt;
  if (!crypto::HmacSha512(secret).verify(token.substr(0, last), *tag)) return std::nullopt;
  if (const auto json = parse_json(*header); !json || json->string_at({"alg"}) != "HS512") return std::nullopt;
  const auto json = parse_json(*claims);
  return json ? json->integer_at({"exp"}) : std::nullopt;
}

/// "2019-03-15 08:49:29 +0000", or RFC 3339.
std::optional<Timestamp> moment(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  std::string rfc(*text);
  if (rfc.size() == 25 && rfc[10] == ' ' && rfc[19] == ' ') {
    rfc[10] = 'T';
    rfc.erase(19, 1);
    rfc.insert(22, ":");
  }
  return event_time(rfc);
}

std::vector<std::optional<Timestamp>> moments(std::optional<JsonValue> list) {
  std::vector<std::optional<Timestamp>> all;
  if (list && list->kind() == JsonValue::Kind::array)
    list->for_each_element([&](JsonValue element) {
      if (all.size() < most_stays) all.push_back(moment(element.string()));
    });
  return all;
}

/// A name for what belongs to one meeting: a room that is opened again is another one, with stays of its own.
std::string short_name(std::string_view meeting) { return hex_encode(crypto::sha256(meeting)).substr(0, 32); }

/// The stays of one attendee: the n-th joining and the n-th leaving belong together.
void add_stays(std::vector<RoomNews>& news, JsonValue attendee, const std::string& meeting, Timestamp finish) {
  const std::string user_id(attendee.string_at({"ext_user_id"}).value_or(""));
  if (user_id.empty()) return;
  const auto joins = moments(attendee.member("joins"));
  const auto leaves = moments(attendee.member("leaves"));
  for (std::size_t i = 0; i < joins.size(); ++i) {
    const std::string sid = short_name(meeting) + ':' + user_id.substr(0, 60) + ':' + std::to_string(i);
    ParticipantNews stay{sid, meeting, user_id, joins[i], finish};
    if (i < leaves.size() && leaves[i]) stay.left_at = leaves[i];
    news.emplace_back(std::move(stay));
  }
}

}  // namespace

Result<void> verify_bigbluebutton_webhook(Request& request) {
  const auto secret = request.settings().find("BIGBLUEBUTTON_SECRET");
  if (!secret) return Failure(unavailable("BIGBLUEBUTTON_SECRET is not set", 60));
  const std::string header = request.header("authorization").value_or("");
  constexpr std::string_view scheme = "Bearer ";
  if (!header.starts_with(scheme)) return Failure(refusal("none"));
  const auto expiry = expiry_of(trim(std::string_view(header).substr(scheme.size())), trim(*secret));
  if (!expiry) return Failure(refusal("not signed with our secret"));
  if (*expiry <= request.now().seconds()) return Failure(refusal("expired"));
  return {};
}

Task<Result<WebhookOutcome>> replay_bigbluebutton_event(Request& request, std::string, std::string body) {
  Host& host = request.host();
  WebhookEvent event{"bigbluebutton", {}, "meeting_analytics", {}, {}};
  std::string room_id;
  std::vector<RoomNews> news;
  {
    const auto json = co_await parse_json(body);
    event.id = json.string_at({"internal_meeting_id"}).value_or("");
    room_id = json.string_at({"meeting_id"}).value_or("");
    if (event.id.empty() || event.id.size() > longest_id || room_id.empty())
      co_return Failure(bad_request("This names no meeting."));
    const Timestamp finish = moment(json.string_at({"data", "finish"})).value_or(request.now());
    event.created_at = finish;
    if (const auto attendees = json.at({"data", "attendees"}); attendees && attendees->kind() == JsonValue::Kind::array)
      attendees->for_each_element([&](JsonValue attendee) {
        if (news.size() < most_stays) add_stays(news, attendee, event.id, finish);
      });
    news.emplace_back(RoomEnd{event.id, finish});
  }
  event.body = std::move(body);
  co_return co_await settle_room_news(host, std::move(event), std::move(room_id), std::move(news));
}

Task<Result<Response>> take_bigbluebutton_webhook(Request& request) {
  const auto outcome = co_await replay_bigbluebutton_event(request, {}, request.body());
  if (outcome == WebhookOutcome::processed) dispatch_after(request);
  co_return webhook_answer(outcome);
}

}  // namespace isthmus::peerloop
