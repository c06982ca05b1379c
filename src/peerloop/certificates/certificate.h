#pragma once

#include <optional>
#include <string>

#include "http/app.h"
#include "http/pagination.h"

/// What somebody completed, for anyone to verify.
namespace isthmus::peerloop {

// These describe what SQLite writes (see `queries.cpp`).

enum class CertificateType { completion };
constexpr auto schema(CertificateType*) { return one_of(EnumName{"completion", CertificateType::completion}); }

struct CertificatePerson {
  std::string id, handle, name;
};
constexpr auto schema(CertificatePerson*) {
  return object("CertificatePerson", field("id", &CertificatePerson::id), field("handle", &CertificatePerson::handle),
                field("name", &CertificatePerson::name));
}

struct CertificateCourse {
  std::string id, slug, title;
};
constexpr auto schema(CertificateCourse*) {
  return object("CertificateCourse", field("id", &CertificateCourse::id), field("slug", &CertificateCourse::slug),
                field("title", &CertificateCourse::title));
}

struct Certificate {
  std::string id;
  bool valid = false;
  CertificateType type = CertificateType::completion;
  CertificatePerson holder;
  CertificateCourse course;
  CertificatePerson issuer;
  Timestamp issuedAt;
  std::optional<Timestamp> revokedAt;
};
constexpr auto schema(Certificate*) {
  return object("Certificate", field("id", &Certificate::id),
                field("valid", &Certificate::valid, described("False once it was revoked or the course refunded.")),
                field("type", &Certificate::type),
                field("holder", &Certificate::holder, described("The name is that of the day of issue.")),
                field("course", &Certificate::course, described("The title is that of the day of issue.")),
                field("issuer", &Certificate::issuer), field("issuedAt", &Certificate::issuedAt),
                field("revokedAt", &Certificate::revokedAt));
}
ISTHMUS_PAGE(Certificate)

struct CertificatesQuery {
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(CertificatesQuery*) {
  return object("CertificatesQuery", field("limit", &CertificatesQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &CertificatesQuery::cursor));
}

struct Revocation {
  std::string reason;
};
constexpr auto schema(Revocation*) {
  return object("Revocation", field("reason", &Revocation::reason, trimmed, length(1, 1000)));
}
constexpr std::string_view example_of(Revocation*) { return R"({"reason":"It was issued to the wrong person"})"; }

/// For anyone: the id is what proves it, and no other way leads to it but the holder's own profile. A holder who
/// deleted the account has no certificates any more.
Task<Result<Response>> show_certificate(Request& request);
/// The valid certificates of a user, newest first.
Task<Result<Response>> list_certificates(Request& request, CertificatesQuery query);
/// By the course's creator. The holder teaches the course no more. Revoking what is revoked changes nothing; the
/// student can be certified anew, which gives another certificate.
Task<Result<Response>> revoke_certificate(Request& request, Revocation revocation);

/// The certificate that the path names, for the creator of its course.
Statement is_of_own_course(const Request& request);

}  // namespace isthmus::peerloop
