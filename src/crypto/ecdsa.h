#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace isthmus::crypto {

/// A public key on NIST P-256 that has been checked to lie on the curve, for ECDSA with SHA-256 (FIPS 186-5).
class P256PublicKey {
 public:
  /// SubjectPublicKeyInfo in DER (RFC 5480) with the named curve and an uncompressed point, 91 bytes: what every
  /// provider hands out. Nothing for any other bytes.
  static std::optional<P256PublicKey> from_spki_der(std::string_view der);

  /// The signature is DER (RFC 3279), in its one canonical form; anything that only BER would allow does not match.
  bool verify_der(std::string_view message, std::string_view signature) const;
  /// The signature is r and s, 32 bytes each (IEEE P1363; JWS, WebCrypto and WebAuthn write it so).
  bool verify_p1363(std::string_view message, std::string_view signature) const;

 private:
  explicit P256PublicKey(std::string_view point) : point_(point) {}

  std::string point_;  ///< 04, x, y
};

}  // namespace isthmus::crypto
