#pragma once

#include <string>
#include <variant>
#include <vector>

#include "peerloop/video/queries.h"
#include "peerloop/webhooks/events.h"

/// What happens in a session's rooms, and what becomes of the session through it. News come twice, late, in any order
/// or never; the state behind them is the same whichever way they came.
namespace isthmus::peerloop {

/// An opening of a room is over.
struct RoomEnd {
  std::string room_sid;
  Timestamp at;
};
/// Somebody is (or was) in a room.
using ParticipantNews = video_queries::ParticipantNews;

using RoomNews = std::variant<ParticipantNews, RoomEnd>;

/// Has an event's effect: keeps the stay, ends the stays of a room that is over, settles the session where its rooms
/// tell enough, and tells both people. Ignored where the room is none of ours, or the person does not take part in its
/// session: recorders, agents, guests.
Task<Result<WebhookOutcome>> settle_room_news(Host& host, WebhookEvent event, std::string room_id,
                                              std::vector<RoomNews> news);

/// For cron: settles sessions that are over by what is known, a bounded number of them. One whose room never told of
/// anybody was missed by both.
Task<Result<void>> settle_overdue_sessions(Host& host, Timestamp now);

}  // namespace isthmus::peerloop
