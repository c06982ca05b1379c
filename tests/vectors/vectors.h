#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// The published test vectors, one case at a time, as both builds judge them: the native test calls these functions, and
// vectors_wasm.cpp carries the same calls into the module that vectors.test.mjs runs. Each says whether the program
// accepts the case; whether it should is for the caller to know.
namespace isthmus::vectors {

// `algorithm` is "HMACSHA1", "HMACSHA256" or "HMACSHA512". A shorter tag stands for the first bytes of the whole one.
bool hmac_case(std::string_view algorithm, std::string_view key, std::string_view message, std::string_view tag);

// A compact JWS against a ring of this one HS256 key.
bool jws_case(std::string_view key_id, std::string_view key, std::string_view token);

// A compact JWS with ES256. The program verifies no such tokens: this drives its ECDSA in the raw form.
bool es256_case(std::string_view spki, std::string_view token);

bool pbkdf2_case(std::string_view password, std::string_view salt, std::uint32_t iterations, std::string_view key);

bool ecdsa_case(std::string_view spki, std::string_view message, std::string_view signature);

// Any stored form that sign-in reads.
bool password_case(std::string_view password, std::string_view stored);

// How deep the JSON of a request may nest.
constexpr std::size_t deepest_json = 64;

bool json_accepts(std::string_view text);

// The numbers of the calls that cross into the module.
enum class Operation : std::uint32_t { hmac = 1, jws, es256, pbkdf2, ecdsa, password, json };

enum class Verdict : std::int32_t { bad_request = -1, refused = 0, accepted = 1 };

// `arguments` holds the function's arguments one after the other, each as a 32-bit little-endian length and its bytes;
// a number is 4 bytes, little-endian.
Verdict run(Operation operation, std::string_view arguments);

}  // namespace isthmus::vectors
