#pragma once

#include <string>
#include <variant>

#include "peerloop/video/settle.h"

/// Reads plugNmeet's events (https://www.plugnmeet.org/docs/developer-guide/webhook), as far as they mean anything to
/// us. They are Protobuf as JSON: whole numbers of 64 bits are texts, what is empty is left out. Servers before 2.4
/// differ in spelling, so both spellings of names are taken, and numbers as numbers or as texts.
namespace isthmus::peerloop {

/// A recording can be fetched. Its room may be over for long.
struct RecordingReady {
  std::string record_id;
  std::string content_type;
};
struct NoRoomNews {};

struct PlugNmeetEvent {
  WebhookEvent event;
  std::string room_id;
  std::variant<NoRoomNews, RoomNews, RecordingReady> news;
};

/// Fails with 400 for what is no event. `now` stands for a time that is missing.
Result<PlugNmeetEvent> read_plugnmeet_event(std::string body, Timestamp now);

}  // namespace isthmus::peerloop
