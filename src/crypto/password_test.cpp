#include "crypto/password.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/encoding.h"

using namespace std::string_literals;
using namespace isthmus;
using namespace isthmus::crypto;

namespace {

// Cheap, for all tests that are not about the cost.
constexpr Argon2Cost cheap{.memory_kib = 64, .passes = 1, .lanes = 1};
const std::string salt = "sixteen byte sal";

bool matches(std::string_view password, std::string_view stored) {
  return verify_password(password, stored).value().matches;
}

std::optional<PasswordError> error_of(std::string_view stored) {
  const auto check = verify_password("password", stored);
  return check ? std::nullopt : std::optional(check.error());
}

}  // namespace

TEST_CASE("Argon2id gives the vectors of the reference implementation") {
  // "somesalt" is c29tZXNhbHQ
  const std::string prefix = "$argon2id$v=19$";
  const auto stored = [&](std::string_view cost, std::string_view tag_hex) {
    std::string tag = base64_encode(hex_decode(tag_hex).value());
    tag.pop_back();
    return prefix + std::string(cost) + "$c29tZXNhbHQ$" + tag;
  };
  CHECK(
      matches("password", stored("m=256,t=2,p=1", "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe")));
  CHECK(
      matches("password", stored("m=256,t=2,p=2", "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037")));
  CHECK(matches("password",
                stored("m=65536,t=1,p=1", "f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98")));
  CHECK(matches("password",
                stored("m=65536,t=4,p=1", "9025d48e68ef7395cca9079da4c4ec3affb3c8911fe4f86d1a2520856f63172c")));
  CHECK_FALSE(
      matches("Password", stored("m=256,t=2,p=1", "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe")));
}

TEST_CASE("a new hash has the default cost, its salt, and verifies") {
  const auto stored = hash_password("correct horse", salt);
  REQUIRE(stored.has_value());
  CHECK(stored->starts_with("$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlIHNhbA$"));
  CHECK(stored->size() == 97);
  const auto check = verify_password("correct horse", *stored);
  REQUIRE(check.has_value());
  CHECK(check->matches);
  CHECK_FALSE(check->needs_rehash);
  CHECK_FALSE(verify_password("correct horsf", *stored)->matches);
  CHECK_FALSE(verify_password("", *stored)->matches);
  CHECK(hash_password("correct horse", "another 16 bytes").value() != *stored);
}

TEST_CASE("a password is all its bytes") {
  for (const std::string& password :
       {""s, "a"s, "a\0b"s, "p\xc3\xa4ssw\xc3\xb6rd"s, std::string(128, 'x'), std::string(longest_password, 'x')}) {
    const std::string stored = hash_password(password, salt, cheap).value();
    CHECK(verify_password(password, stored, cheap)->matches);
    CHECK_FALSE(verify_password(password.substr(0, password.size() / 2) + "y", stored, cheap)->matches);
  }
  CHECK_FALSE(verify_password("a", hash_password("a\0b"s, salt, cheap).value(), cheap)->matches);
}

TEST_CASE("a hash of another cost is replaced at the next sign-in that succeeds") {
  const std::string stored = hash_password("password", salt, cheap).value();
  CHECK(verify_password("password", stored, cheap)->needs_rehash == false);
  CHECK(verify_password("password", stored)->needs_rehash == true);
  CHECK(verify_password("wrong", stored)->needs_rehash == false);
}

TEST_CASE("PBKDF2 hashes of imported accounts verify and ask for a new hash") {
  for (const std::string_view stored :
       {"$pbkdf2-sha256$i=1000$TmFDbE5hQ2w$GALyE4O8EAPKp5Ftgv63GTVIT6EraotMlF1mVf4Am8U",
        "$pbkdf2-sha256$i=1000,l=32$TmFDbE5hQ2w$GALyE4O8EAPKp5Ftgv63GTVIT6EraotMlF1mVf4Am8U"}) {
    const auto check = verify_password("passwd", stored);
    REQUIRE(check.has_value());
    CHECK(check->matches);
    CHECK(check->needs_rehash);
    CHECK_FALSE(verify_password("passwe", stored)->matches);
    CHECK_FALSE(verify_password("passwe", stored)->needs_rehash);
  }
  CHECK(matches("p\xc3\xa4ssw\xc3\xb6rd",
                "$pbkdf2-sha256$i=29000$AAAAAAAAAAAAAAAAAAAAAA$C/fdU/v6DIWvz2H1AEKd9mfaspvoSu6PeWMXMZZtjIE"));
}

TEST_CASE("bcrypt hashes of imported accounts verify and ask for a new hash") {
  const std::vector<std::pair<std::string, std::string>> known = {
      {"", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"},
      {"a", "$2b$04$CCCCCCCCCCCCCCCCCCCCC.f/Fm9DOYGp2ai9rjxvG4QHlhtDCuDuu"},
      {"abc", "$2b$05$abcdefghijklmnopqrstuuRWUgMyyCUnsDr8evYotXg5ZXVF/HhzS"},
      {"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
      {"U*U*", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"},
      {"U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"},
  };
  for (const auto& [password, stored] : known) {
    CAPTURE(stored);
    const auto check = verify_password(password, stored);
    REQUIRE(check.has_value());
    CHECK(check->matches);
    CHECK(check->needs_rehash);
    CHECK_FALSE(matches(password + "x", stored));
  }
}

TEST_CASE("bcrypt sees 72 bytes of a password and never one with a NUL") {
  const std::string_view stored = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";
  const std::string long_password = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  REQUIRE(long_password.size() == 72);
  CHECK(matches(long_password, stored));
  CHECK(matches(long_password + "chars after 72 are ignored", stored));
  CHECK_FALSE(matches(long_password.substr(0, 71), stored));
  CHECK(matches("a", "$2b$04$CCCCCCCCCCCCCCCCCCCCC.f/Fm9DOYGp2ai9rjxvG4QHlhtDCuDuu"));
  CHECK_FALSE(matches("a\0b"s, "$2b$04$CCCCCCCCCCCCCCCCCCCCC.f/Fm9DOYGp2ai9rjxvG4QHlhtDCuDuu"));
  CHECK_FALSE(matches("a\0"s, "$2b$04$CCCCCCCCCCCCCCCCCCCCC.f/Fm9DOYGp2ai9rjxvG4QHlhtDCuDuu"));
}

TEST_CASE("a stored hash that is none is an error, not a wrong password") {
  const std::string tag = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  for (const std::string& stored : {""s,
                                    "password"s,
                                    "$"s,
                                    "$argon2id$"s,
                                    "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$" + tag,
                                    "$argon2d$v=19$m=64,t=1,p=1$c29tZXNhbHQ$" + tag,
                                    "$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$" + tag,
                                    "$argon2id$m=64,t=1,p=1$c29tZXNhbHQ$" + tag,
                                    "$argon2id$v=19$t=1,m=64,p=1$c29tZXNhbHQ$" + tag,
                                    "$argon2id$v=19$m=64,t=1$c29tZXNhbHQ$" + tag,
                                    "$argon2id$v=19$m=064,t=1,p=1$c29tZXNhbHQ$" + tag,
                                    "$argon2id$v=19$m=-64,t=1,p=1$c29tZXNhbHQ$" + tag,
                                    "$argon2id$v=19$m=64,t=1,p=1,x=1$c29tZXNhbHQ$" + tag,
                                    "$argon2id$v=19$m=4294967360,t=1,p=1$c29tZXNhbHQ$" + tag,
                                    "$argon2id$v=19$m=64,t=1,p=1$$" + tag,
                                    "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$"s,
                                    "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ"s,
                                    "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ=$" + tag,
                                    "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$" + tag + "=",
                                    "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$" + tag + "$",
                                    "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAA"s,
                                    "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$" + std::string(200, 'A'),
                                    " $argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$" + tag,
                                    "$pbkdf2-sha256$1000$TmFDbE5hQ2w$" + tag,
                                    "$pbkdf2-sha256$i=1000,l=31$TmFDbE5hQ2w$" + tag,
                                    "$pbkdf2-sha256$i=1000,$TmFDbE5hQ2w$" + tag,
                                    "$pbkdf2-sha512$i=1000$TmFDbE5hQ2w$" + tag,
                                    "$pbkdf2-sha256$i=$TmFDbE5hQ2w$" + tag,
                                    "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"s,
                                    "$2$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWxx"s,
                                    "$2a$5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWx"s,
                                    "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe"s,
                                    "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n"s,
                                    "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyO\xff\0"s}) {
    CAPTURE(stored);
    CHECK(error_of(stored) == PasswordError::malformed_hash);
  }
}

TEST_CASE("a stored hash cannot buy more work or memory than the limits") {
  const std::string tag = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  for (const std::string& stored :
       {"$argon2id$v=19$m=65537,t=1,p=1$c29tZXNhbHQ$" + tag, "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$" + tag,
        "$argon2id$v=19$m=65536,t=5,p=1$c29tZXNhbHQ$" + tag, "$argon2id$v=19$m=64,t=4294967295,p=1$c29tZXNhbHQ$" + tag,
        "$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$" + tag, "$argon2id$v=19$m=64,t=1,p=0$c29tZXNhbHQ$" + tag,
        "$argon2id$v=19$m=64,t=1,p=5$c29tZXNhbHQ$" + tag, "$argon2id$v=19$m=64,t=1,p=4294967295$c29tZXNhbHQ$" + tag,
        "$argon2id$v=19$m=7,t=1,p=1$c29tZXNhbHQ$" + tag, "$argon2id$v=19$m=0,t=1,p=1$c29tZXNhbHQ$" + tag,
        "$pbkdf2-sha256$i=0$TmFDbE5hQ2w$" + tag, "$pbkdf2-sha256$i=1000001$TmFDbE5hQ2w$" + tag,
        "$pbkdf2-sha256$i=4294967295$TmFDbE5hQ2w$" + tag,
        "$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"s,
        "$2a$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"s,
        "$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"s,
        "$2a$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"s}) {
    CAPTURE(stored);
    CHECK(error_of(stored) == PasswordError::bad_cost);
  }
}

TEST_CASE("hashing refuses a salt, cost or password beyond its bounds") {
  CHECK(hash_password("x", "short", cheap).error() == PasswordError::bad_salt);
  CHECK(hash_password("x", std::string(17, 's'), cheap).error() == PasswordError::bad_salt);
  CHECK(hash_password("x", salt, {.memory_kib = 65537}).error() == PasswordError::bad_cost);
  CHECK(hash_password("x", salt, {.passes = 0}).error() == PasswordError::bad_cost);
  const std::string too_long(longest_password + 1, 'x');
  CHECK(hash_password(too_long, salt, cheap).error() == PasswordError::too_long);
  CHECK(verify_password(too_long, dummy_hash(cheap)).error() == PasswordError::too_long);
}

TEST_CASE("an unknown user costs the time of a known one") {
  CHECK(dummy_hash().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  const auto check = verify_password("password", dummy_hash());
  REQUIRE(check.has_value());
  CHECK_FALSE(check->matches);
  CHECK_FALSE(check->needs_rehash);

  const std::string stored = hash_password("password", salt).value();
  const auto fastest_of_five = [](std::string_view hash) {
    double fastest_ms = 1e9;
    for (int i = 0; i < 5; ++i) {
      const auto start = std::chrono::steady_clock::now();
      CHECK(verify_password("another", hash).has_value());
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
      fastest_ms = std::min(fastest_ms, took.count());
    }
    return fastest_ms;
  };
  const double known_ms = fastest_of_five(stored);
  const double unknown_ms = fastest_of_five(dummy_hash());
  MESSAGE("Argon2id, 19 MiB, t=2, p=1: " << known_ms << " ms known, " << unknown_ms << " ms unknown");
  // Wide, since the machine may be busy: what this must notice is an answer without any hashing.
  CHECK(unknown_ms > known_ms / 3);
  CHECK(unknown_ms < known_ms * 3);
}
