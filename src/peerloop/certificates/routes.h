#pragma once

#include "peerloop/certificates/certificate.h"

namespace isthmus::peerloop {

// clang-format off: a row reads as a sentence.
inline constexpr auto certificate_routes = table(
    get("/api/certificates/:id").summary("Verify a certificate").tag("certificates")
        .limit(flood_only).no_input().open_to(anyone).answers<Certificate>().run<show_certificate>(),
    post("/api/certificates/:id/revoke").summary("Revoke a certificate of your course").tag("certificates")
        .limit(flood_only).body<Revocation>().open_to(owner_in_role("creator", "certificate", is_of_own_course))
        .answers<Certificate>().run<revoke_certificate>(),
    get("/api/users/:id/certificates").summary("What somebody completed").tag("certificates")
        .limit(flood_only).query<CertificatesQuery>().open_to(anyone).answers<Page<Certificate>>()
        .run<list_certificates>());
// clang-format on

}  // namespace isthmus::peerloop
