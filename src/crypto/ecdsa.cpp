#include "crypto/ecdsa.h"

#include <cstdint>

#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>

#include "crypto/bytes.h"
#include "crypto/digest.h"

namespace isthmus::crypto {

namespace {

using namespace std::string_view_literals;

/// DER leaves no choice for this kind of key: everything before the point is constant. Comparing it spares the module
/// a general parser of keys and refuses explicit curve parameters (CVE-2020-0601's way in) without a word about them.
constexpr std::string_view spki_prefix =
    "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"sv;
constexpr std::size_t point_size = 65;
constexpr std::size_t scalar_size = 32;

/// The curve and numbers of one verification; the library's types need their own release.
struct Workspace {
  mbedtls_ecp_group curve;
  mbedtls_ecp_point key;
  mbedtls_mpi r;
  mbedtls_mpi s;

  Workspace() {
    mbedtls_ecp_group_init(&curve);
    mbedtls_ecp_point_init(&key);
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
  }
  ~Workspace() {
    mbedtls_mpi_free(&s);
    mbedtls_mpi_free(&r);
    mbedtls_ecp_point_free(&key);
    mbedtls_ecp_group_free(&curve);
  }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  bool load(std::string_view point) {
    return mbedtls_ecp_group_load(&curve, MBEDTLS_ECP_DP_SECP256R1) == 0 &&
           mbedtls_ecp_point_read_binary(&curve, &key, unsigned_bytes(point), point.size()) == 0;
  }
};

/// Takes one INTEGER off the front of `der` as 32 bytes, big-endian; nothing unless it is positive, minimal and fits.
std::optional<std::string> take_scalar(std::string_view& der) {
  if (der.size() < 2 || der[0] != '\x02') return std::nullopt;
  const auto length = static_cast<std::uint8_t>(der[1]);
  if (length == 0 || length > scalar_size + 1 || der.size() - 2 < length) return std::nullopt;
  std::string_view digits = der.substr(2, length);
  der.remove_prefix(2u + length);
  const auto is_negative = [](char top) { return (static_cast<std::uint8_t>(top) & 0x80) != 0; };
  if (is_negative(digits[0])) return std::nullopt;
  if (digits[0] == '\0' && digits.size() > 1) {
    if (!is_negative(digits[1])) return std::nullopt;
    digits.remove_prefix(1);
  }
  if (digits.size() > scalar_size) return std::nullopt;
  return std::string(scalar_size - digits.size(), '\0').append(digits);
}

/// The library's own reader of signatures lets through several spellings of one value; this one knows only DER.
std::optional<std::string> p1363_from_der(std::string_view der) {
  constexpr std::size_t longest = 2 + 2 * (2 + scalar_size + 1);
  if (der.size() < 2 || der.size() > longest || der[0] != '\x30') return std::nullopt;
  if (static_cast<std::uint8_t>(der[1]) != der.size() - 2) return std::nullopt;
  der.remove_prefix(2);
  const auto r = take_scalar(der);
  if (!r) return std::nullopt;
  const auto s = take_scalar(der);
  if (!s || !der.empty()) return std::nullopt;
  return *r + *s;
}

}  // namespace

std::optional<P256PublicKey> P256PublicKey::from_spki_der(std::string_view der) {
  if (der.size() != spki_prefix.size() + point_size || !der.starts_with(spki_prefix)) return std::nullopt;
  const std::string_view point = der.substr(spki_prefix.size());
  if (point[0] != '\x04') return std::nullopt;
  Workspace work;
  if (!work.load(point) || mbedtls_ecp_check_pubkey(&work.curve, &work.key) != 0) return std::nullopt;
  return P256PublicKey(point);
}

bool P256PublicKey::verify_der(std::string_view message, std::string_view signature) const {
  const auto raw = p1363_from_der(signature);
  return raw && verify_p1363(message, *raw);
}

bool P256PublicKey::verify_p1363(std::string_view message, std::string_view signature) const {
  if (signature.size() != 2 * scalar_size) return false;
  Workspace work;
  if (!work.load(point_)) return false;
  const std::string_view r = signature.substr(0, scalar_size);
  const std::string_view s = signature.substr(scalar_size);
  if (mbedtls_mpi_read_binary(&work.r, unsigned_bytes(r), r.size()) != 0) return false;
  if (mbedtls_mpi_read_binary(&work.s, unsigned_bytes(s), s.size()) != 0) return false;
  const std::string digest = sha256(message);
  return mbedtls_ecdsa_verify(&work.curve, unsigned_bytes(digest), digest.size(), &work.key, &work.r, &work.s) == 0;
}

}  // namespace isthmus::crypto
