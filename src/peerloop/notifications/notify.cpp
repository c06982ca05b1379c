#include "peerloop/notifications/notify.h"

namespace isthmus::peerloop {

Statement notify(Host& host, Notice notice, std::string_view user_id, std::string_view cause, std::string data_json) {
  const Timestamp now = host.clock.now();
  return sql(R"(
      INSERT INTO notifications (id, user_id, kind, cause, data, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT (user_id, kind, cause) DO NOTHING)",
             host.random.uuid(now), user_id, name_of(notice), cause, std::move(data_json), now);
}

}  // namespace isthmus::peerloop
