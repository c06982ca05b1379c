#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/pagination.h"
#include "ports/database.h"

/// All SQL about certificates.
namespace isthmus::peerloop {

struct NewCertificate {
  std::string id;
  std::string enrollment_id;
  std::string issued_by;
};
/// Takes the holder's name and the course's title as they are. One that is live already fails the batch with the
/// constraint "certificates.enrollment_id".
Statement insert_certificate(const NewCertificate& certificate, Timestamp now);

/// The certificate as one JSON text; no row where there is none to be seen.
Statement select_certificate(std::string_view id);
/// The certificate of an enrollment that was not revoked, as one JSON text.
Statement select_live_certificate(std::string_view enrollment_id);
/// A `ListedRow` each, and one more than `limit`.
Statement select_valid_certificates(std::string_view holder_id_or_handle, const std::optional<Place>& after,
                                    std::int64_t limit);
/// A row if `creator` made the certificate's course.
Statement select_issuing_right(std::string_view id, std::string_view creator);

struct CertificateFacts {
  std::string holder_id;
  std::string course_id;
  std::string course_title;
  bool revoked = false;
};
/// One `CertificateFacts`.
Statement select_certificate_facts(std::string_view id);
/// "guard:state_changed" where it is revoked already.
std::vector<Statement> set_revoked(std::string_view id, std::string_view by, std::string reason, Timestamp now);

}  // namespace isthmus::peerloop
