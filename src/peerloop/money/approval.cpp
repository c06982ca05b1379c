#include "peerloop/money/approval.h"

namespace isthmus::peerloop {

Statement approve_splits(std::string_view enrollment_id, Timestamp now) {
  return sql(R"(
      UPDATE payment_splits SET status = iif(status = 'pending', 'approved', status),
        frozen_from = iif(status = 'frozen', 'approved', NULL), approved_at = ?2, updated_at = ?2
      WHERE transaction_id = (SELECT id FROM transactions WHERE enrollment_id = ?1)
        AND (status = 'pending' OR status = 'frozen' AND frozen_from = 'pending'))",
             enrollment_id, now);
}

}  // namespace isthmus::peerloop
