#include "peerloop/auth/password_rules.h"

#include <array>
#include <string>

#include "base/strings.h"
#include "peerloop/auth/common_passwords.h"

namespace isthmus::peerloop {

namespace {

bool is_listed(std::string_view lower_case) {
  if (lower_case.contains(' ')) return false;
  return common_passwords.contains(' ' + std::string(lower_case) + ' ');
}

/// "aaaaaaaa", "abcabcabc": up to four characters again and again.
bool is_repetition(std::string_view text) {
  for (std::size_t group = 1; group <= 4; ++group) {
    std::size_t same = group;
    while (same < text.size() && text[same] == text[same - group]) ++same;
    if (same == text.size()) return true;
  }
  return false;
}

/// A part of a row that everybody's fingers know, forwards or backwards.
bool is_run(std::string_view text) {
  constexpr auto rows = std::to_array<std::string_view>(
      {"abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm",
       "azertyuiopqsdfghjklmwxcvbn", "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "q1w2e3r4t5y6u7i8o9p0"});
  const std::string backwards(text.rbegin(), text.rend());
  for (const std::string_view row : rows)
    if (row.contains(text) || row.contains(backwards)) return true;
  return false;
}

}  // namespace

bool is_common_password(std::string_view password) {
  const std::string lower_case = to_lower_ascii(password);
  return is_listed(lower_case) || is_repetition(lower_case) || is_run(lower_case);
}

Result<void> check_new_password(std::string_view password, std::string_view email) {
  const auto weak = [](std::string text) { return Failure(bad_request(std::move(text), "weak_password")); };
  if (is_common_password(password)) return weak("This password is among the first that attackers try. Choose another.");
  if (!email.empty() && equal_ignoring_case(password, email))
    return weak("Your e-mail address can not be your password.");
  return {};
}

}  // namespace isthmus::peerloop
