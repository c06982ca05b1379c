#include "peerloop/audit.h"

namespace isthmus::peerloop {

Statement audit(Request& request, std::string_view action, std::string_view target_type, std::string_view target_id,
                std::string details_json) {
  const Timestamp now = request.now();
  return sql(R"(
      INSERT INTO audit_log (id, actor_id, action, target_type, target_id, details, request_id, created_at)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))",
             request.host().random.uuid(now), request.user().user_id, action, target_type, target_id,
             std::move(details_json), request.id(), now);
}

}  // namespace isthmus::peerloop
