#include "crypto/password.h"

#include <array>
#include <charconv>
#include <crypt_bcrypt.h>
#include <memory>
#include <optional>

#include <argon2.h>
#include <mbedtls/platform_util.h>

#include "base/encoding.h"
#include "crypto/bytes.h"
#include "crypto/constant_time.h"
#include "crypto/pbkdf2.h"

namespace isthmus::crypto {

namespace {

constexpr std::size_t argon2_tag_size = 32;
constexpr std::string_view argon2_prefix = "$argon2id$v=19$";
constexpr std::string_view pbkdf2_prefix = "$pbkdf2-sha256$";

struct Argon2Hash {
  Argon2Cost cost;
  std::string salt;
  std::string tag;
};

struct Pbkdf2Hash {
  std::uint32_t iterations = 0;
  std::string salt;
  std::string tag;
};

/// Reads a stored hash from left to right; after a step that fails every further one fails as well.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Reader& skip(std::string_view expected) {
    ok_ = ok_ && rest_.starts_with(expected);
    if (ok_) rest_.remove_prefix(expected.size());
    return *this;
  }

  bool starts_with(std::string_view expected) const { return ok_ && rest_.starts_with(expected); }

  // Decimal, without sign or leading zeros, so that a cost has one spelling.
  Reader& number(std::uint32_t& value) {
    if (!ok_) return *this;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    const auto length = static_cast<std::size_t>(end - rest_.data());
    ok_ = error == std::errc{} && (rest_[0] != '0' || length == 1);
    if (ok_) rest_.remove_prefix(length);
    return *this;
  }

  // Unpadded base64 up to the next '$' or the end, of `least` to `most` bytes.
  Reader& bytes(std::string& value, std::size_t least, std::size_t most) {
    if (!ok_) return *this;
    const std::string_view text = rest_.substr(0, rest_.find('$'));
    auto decoded = text.ends_with('=') ? std::nullopt : base64_decode_unpadded(text);
    ok_ = decoded && decoded->size() >= least && decoded->size() <= most;
    if (!ok_) return *this;
    value = std::move(*decoded);
    rest_.remove_prefix(text.size());
    return *this;
  }

  bool is_done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<Argon2Hash> read_argon2(std::string_view stored) {
  Argon2Hash hash;
  Reader reader(stored);
  reader.skip(argon2_prefix).skip("m=").number(hash.cost.memory_kib).skip(",t=").number(hash.cost.passes);
  reader.skip(",p=").number(hash.cost.lanes).skip("$").bytes(hash.salt, 8, 64).skip("$").bytes(hash.tag, 16, 64);
  if (!reader.is_done()) return std::nullopt;
  return hash;
}

std::optional<Pbkdf2Hash> read_pbkdf2(std::string_view stored) {
  Pbkdf2Hash hash;
  std::uint32_t tag_size = 0;
  Reader reader(stored);
  reader.skip(pbkdf2_prefix).skip("i=").number(hash.iterations);
  const bool names_size = reader.starts_with(",");
  if (names_size) reader.skip(",l=").number(tag_size);
  reader.skip("$").bytes(hash.salt, 8, 64).skip("$").bytes(hash.tag, 16, 64);
  if (!reader.is_done() || (names_size && tag_size != hash.tag.size())) return std::nullopt;
  return hash;
}

bool is_bcrypt(std::string_view stored) {
  constexpr std::string_view alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return stored.size() == CRYPT_BCRYPT_OUTPUT_SIZE - 1 &&
         (stored.starts_with("$2a$") || stored.starts_with("$2b$") || stored.starts_with("$2y$")) &&
         is_digit(stored[4]) && is_digit(stored[5]) && stored[6] == '$' &&
         stored.find_first_not_of(alphabet, 7) == std::string_view::npos;
}

bool is_affordable(const Argon2Cost& cost) {
  return cost.lanes >= 1 && cost.lanes <= most_argon2_lanes && cost.passes >= 1 && cost.memory_kib >= 8 * cost.lanes &&
         cost.memory_kib <= most_argon2_memory_kib &&
         std::uint64_t{cost.memory_kib} * cost.passes <= most_argon2_work_kib;
}

std::expected<std::string, PasswordError> argon2_tag(std::string_view password, std::string_view salt,
                                                     const Argon2Cost& cost, std::size_t tag_size) {
  if (!is_affordable(cost)) return std::unexpected(PasswordError::bad_cost);
  std::string tag(tag_size, '\0');
  const int status = argon2id_hash_raw(cost.passes, cost.memory_kib, cost.lanes, password.data(), password.size(),
                                       salt.data(), salt.size(), tag.data(), tag.size());
  // The limits have been checked, so memory is all that can be missing.
  if (status != ARGON2_OK) return std::unexpected(PasswordError::out_of_memory);
  return tag;
}

std::string argon2_text(const Argon2Cost& cost, std::string_view salt, std::string_view tag) {
  const auto unpadded = [](std::string_view bytes) {
    std::string text = base64_encode(bytes);
    text.erase(text.find_last_not_of('=') + 1);
    return text;
  };
  std::string text(argon2_prefix);
  text.append("m=").append(std::to_string(cost.memory_kib));
  text.append(",t=").append(std::to_string(cost.passes));
  text.append(",p=").append(std::to_string(cost.lanes));
  return text.append("$").append(unpadded(salt)).append("$").append(unpadded(tag));
}

std::expected<bool, PasswordError> matches_bcrypt(std::string_view password, std::string_view stored) {
  const int cost = (stored[4] - '0') * 10 + (stored[5] - '0');
  if (cost < 4 || cost > most_bcrypt_cost) return std::unexpected(PasswordError::bad_cost);
  std::string phrase(password);
  const std::string setting(stored);
  std::string output(CRYPT_BCRYPT_OUTPUT_SIZE, '\0');
  struct alignas(8) Scratch {
    std::array<unsigned char, CRYPT_BCRYPT_SCRATCH_SIZE> bytes;
  };
  const auto scratch = std::make_unique<Scratch>();
  crypt_bcrypt_rn(phrase.c_str(), phrase.size(), setting.c_str(), setting.size(), unsigned_bytes(output), output.size(),
                  scratch->bytes.data(), scratch->bytes.size());
  mbedtls_platform_zeroize(scratch->bytes.data(), scratch->bytes.size());
  mbedtls_platform_zeroize(phrase.data(), phrase.size());
  output.pop_back();
  // Looked at only now, so that the time tells nothing.
  const bool has_nul = password.contains('\0');
  return equal(output, stored) && !has_nul;
}

}  // namespace

std::string_view to_string(PasswordError error) {
  switch (error) {
    case PasswordError::too_long: return "password too long";
    case PasswordError::bad_salt: return "salt of a wrong size";
    case PasswordError::bad_cost: return "password hash with a cost beyond the limits";
    case PasswordError::malformed_hash: return "stored password hash malformed";
    case PasswordError::out_of_memory: return "no memory to hash a password";
  }
  return "unknown";
}

std::expected<std::string, PasswordError> hash_password(std::string_view password, std::string_view salt,
                                                        const Argon2Cost& cost) {
  if (password.size() > longest_password) return std::unexpected(PasswordError::too_long);
  if (salt.size() != password_salt_size) return std::unexpected(PasswordError::bad_salt);
  const auto tag = argon2_tag(password, salt, cost, argon2_tag_size);
  if (!tag) return std::unexpected(tag.error());
  return argon2_text(cost, salt, *tag);
}

std::expected<PasswordCheck, PasswordError> verify_password(std::string_view password, std::string_view stored,
                                                            const Argon2Cost& wanted) {
  if (password.size() > longest_password) return std::unexpected(PasswordError::too_long);
  if (stored.starts_with(argon2_prefix)) {
    const auto hash = read_argon2(stored);
    if (!hash) return std::unexpected(PasswordError::malformed_hash);
    const auto tag = argon2_tag(password, hash->salt, hash->cost, hash->tag.size());
    if (!tag) return std::unexpected(tag.error());
    const bool matches = equal(*tag, hash->tag);
    const bool is_as_wanted =
        hash->cost == wanted && hash->salt.size() >= password_salt_size && hash->tag.size() == argon2_tag_size;
    return PasswordCheck{matches, matches && !is_as_wanted};
  }
  if (stored.starts_with(pbkdf2_prefix)) {
    const auto hash = read_pbkdf2(stored);
    if (!hash) return std::unexpected(PasswordError::malformed_hash);
    if (hash->iterations == 0 || hash->iterations > most_pbkdf2_iterations) {
      return std::unexpected(PasswordError::bad_cost);
    }
    const auto tag = pbkdf2_sha256(password, hash->salt, hash->iterations, hash->tag.size());
    if (!tag) return std::unexpected(PasswordError::out_of_memory);
    const bool matches = equal(*tag, hash->tag);
    return PasswordCheck{matches, matches};
  }
  if (is_bcrypt(stored)) {
    const auto matches = matches_bcrypt(password, stored);
    if (!matches) return std::unexpected(matches.error());
    return PasswordCheck{*matches, *matches};
  }
  return std::unexpected(PasswordError::malformed_hash);
}

std::string dummy_hash(const Argon2Cost& cost) {
  // Whoever knows a password with this tag can invert Argon2.
  return argon2_text(cost, std::string(password_salt_size, '\0'), std::string(argon2_tag_size, '\0'));
}

}  // namespace isthmus::crypto
