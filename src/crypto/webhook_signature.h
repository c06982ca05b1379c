#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

/// Signatures over webhooks, on the raw bytes of the body: once it has been parsed and written again it is another
/// body. Several secrets may be valid at a time, so that they can be rotated; one that matches is enough. Each
/// comparison takes constant time.
namespace isthmus::crypto {

enum class SignatureError {
  malformed,   ///< the headers are not of the provider's form
  mismatch,    ///< no signature matches any secret
  expired,     ///< signed, but longer ago than the tolerance: a replay
  too_early,   ///< signed, but with a time further ahead than the tolerance
  bad_secret,  ///< ours to repair: no secret is configured, or none matched and one of them is unusable
};

/// For the log; the sender learns only that it is refused.
std::string_view to_string(SignatureError error);

constexpr std::int64_t webhook_tolerance_s = 300;

/// `Stripe-Signature: t=…,v1=…[,v1=…]` (https://docs.stripe.com/webhooks#verify-manually). A secret is the whole text
/// "whsec_…". Stripe's own libraries accept any time in the future; here the tolerance holds both ways.
std::expected<void, SignatureError> verify_stripe(std::string_view header, std::string_view body,
                                                  std::span<const std::string> secrets, std::int64_t now_s,
                                                  std::int64_t tolerance_s = webhook_tolerance_s);

/// `svix-id`, `svix-timestamp` and `svix-signature`, or the same under `webhook-` (https://www.standardwebhooks.com;
/// Resend). A secret is base64, with "whsec_" before it or without.
std::expected<void, SignatureError> verify_svix(std::string_view id, std::string_view timestamp,
                                                std::string_view signature, std::string_view body,
                                                std::span<const std::string> secrets, std::int64_t now_s,
                                                std::int64_t tolerance_s = webhook_tolerance_s);

}  // namespace isthmus::crypto
