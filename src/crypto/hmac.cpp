#include "crypto/hmac.h"

#include <tuple>

#include <mbedtls/md.h>

#include "crypto/bytes.h"
#include "crypto/constant_time.h"

namespace isthmus::crypto {

namespace {

constexpr mbedtls_md_type_t md_type(HashFunction hash) {
  switch (hash) {
    case HashFunction::sha1: return MBEDTLS_MD_SHA1;
    case HashFunction::sha256: return MBEDTLS_MD_SHA256;
    case HashFunction::sha512: return MBEDTLS_MD_SHA512;
  }
  return MBEDTLS_MD_NONE;
}

}  // namespace

template <HashFunction hash>
struct Hmac<hash>::State {
  mbedtls_md_context_t context;
};

template <HashFunction hash>
void Hmac<hash>::Wipe::operator()(State* state) const {
  mbedtls_md_free(&state->context);
  delete state;
}

template <HashFunction hash>
Hmac<hash>::Hmac(std::string_view key) : state_(new State) {
  mbedtls_md_init(&state_->context);
  if (mbedtls_md_setup(&state_->context, mbedtls_md_info_from_type(md_type(hash)), 1) != 0) {
    // Only the library's allocation can fail, and running out of memory stops the program as it does in operator new.
    // Going on with a tag that is not one would be worse: two empty ones compare equal.
    __builtin_trap();
  }
  std::ignore = mbedtls_md_hmac_starts(&state_->context, unsigned_bytes(key), key.size());
}

template <HashFunction hash>
std::string Hmac<hash>::tag(std::initializer_list<std::string_view> parts) const {
  std::string result(tag_size, '\0');
  std::ignore = mbedtls_md_hmac_reset(&state_->context);
  for (const std::string_view part : parts) {
    std::ignore = mbedtls_md_hmac_update(&state_->context, unsigned_bytes(part), part.size());
  }
  std::ignore = mbedtls_md_hmac_finish(&state_->context, unsigned_bytes(result));
  return result;
}

template <HashFunction hash>
bool Hmac<hash>::verify(std::initializer_list<std::string_view> parts, std::string_view expected) const {
  return equal(tag(parts), expected);
}

template class Hmac<HashFunction::sha1>;
template class Hmac<HashFunction::sha256>;
template class Hmac<HashFunction::sha512>;

}  // namespace isthmus::crypto
