#include "peerloop/auth/password_rules.h"

#include <doctest/doctest.h>

#include "peerloop/auth/common_passwords.h"

namespace isthmus::peerloop {

TEST_CASE("what leaks show most often is refused, in any case") {
  for (const char* password : {"password", "PassWord1", "iloveyou", "P@ssw0rd", "football", "Sunshine1", "trustno1"})
    CHECK_MESSAGE(is_common_password(password), password);
}

TEST_CASE("repetitions and runs along a keyboard are refused") {
  for (const char* password : {"aaaaaaaa", "abcabcabca", "12345678", "9876543210", "qwertyuiop", "poiuytrewq",
                               "1qaz2wsx", "hijklmnop", "1q2w3e4r5t", "zyxwvuts"})
    CHECK_MESSAGE(is_common_password(password), password);
}

TEST_CASE("other passwords are left to their owners") {
  for (const char* password :
       {"correct horse battery staple", "Tr0ub4dor&3", "a long sentence of my own", "x7#Kq9!mZ2", "peerloop rocks",
        "\xE5\xAF\x86\xE7\xA0\x81\xE5\xAF\x86\xE7\xA0\x81!", " password ", "abababab1"})
    CHECK_MESSAGE(!is_common_password(password), password);
}

TEST_CASE("a word of the list is found whole, never as a part of a longer text") {
  CHECK_FALSE(is_common_password("passwor"));
  CHECK_FALSE(is_common_password("password football"));
  CHECK(common_passwords.starts_with(' '));
  CHECK(common_passwords.ends_with(' '));
}

TEST_CASE("the account's own address is no password") {
  const auto own = check_new_password("Ada@Example.com", "ada@example.com");
  REQUIRE_FALSE(own.has_value());
  CHECK(own.error().code == "weak_password");
  CHECK(check_new_password("Ada@Example.com", "bob@example.com").has_value());
  CHECK_FALSE(check_new_password("12345678", "").has_value());
}

}  // namespace isthmus::peerloop
