#include "peerloop/webhooks/stripe.h"

#include "base/strings.h"
#include "crypto/webhook_signature.h"
#include "peerloop/app.h"
#include "peerloop/enrollments/enroll.h"
#include "peerloop/money/disputes/settle_dispute.h"
#include "peerloop/money/payouts/transfer_events.h"
#include "peerloop/webhooks/stripe_event.h"

namespace isthmus::peerloop {

namespace {

bool expects_live_mode(const Settings& settings) {
  const std::string_view key = settings.get("STRIPE_SECRET_KEY");
  return key.starts_with("sk_live_") || key.starts_with("rk_live_");
}

struct Process {
  Host& host;
  WebhookEvent event;

  Task<Result<Settled>> operator()(Uninteresting) { return ignore(host, std::move(event)); }
  Task<Result<Settled>> operator()(CheckoutPaid paid) {
    return settle_payment(host, std::move(event), std::move(paid));
  }
  Task<Result<Settled>> operator()(CheckoutOver over) {
    return release_expired(host, std::move(event), std::move(over.session_id), std::move(over.reference));
  }
  Task<Result<Settled>> operator()(ChargeRefunded charge) {
    return settle_refund(host, std::move(event), std::move(charge));
  }
  Task<Result<Settled>> operator()(RefundSentBack refund) {
    return settle_failed_refund(host, std::move(event), std::move(refund));
  }
  Task<Result<Settled>> operator()(TransferNews transfer) {
    return settle_transfer(host, std::move(event), std::move(transfer));
  }
  Task<Result<Settled>> operator()(DisputeNews dispute) {
    return settle_dispute(host, std::move(event), std::move(dispute));
  }
  Task<Result<Settled>> operator()(AccountNews news) { return settle_account(host, std::move(event), std::move(news)); }
  Task<Result<Settled>> operator()(PayoutNews payout) {
    return settle_bank_payout(host, std::move(event), std::move(payout));
  }

  static Task<Result<Settled>> ignore(Host& at, WebhookEvent event) {
    co_return Settled{co_await record_ignored_event(at, std::move(event)), {}};
  }
};

}  // namespace

Result<void> verify_stripe_webhook(Request& request) {
  std::vector<std::string> secrets;
  for (const char* name : {"STRIPE_WEBHOOK_SECRET", "STRIPE_CONNECT_WEBHOOK_SECRET"})
    for (const std::string_view secret : split_list(request.settings().get(name))) secrets.emplace_back(secret);
  const auto verified = crypto::verify_stripe(request.header("stripe-signature").value_or(""), request.body(), secrets,
                                              request.now().seconds());
  if (verified) return {};
  const std::string why = "stripe signature: " + std::string(crypto::to_string(verified.error()));
  if (verified.error() == crypto::SignatureError::bad_secret) return Failure(unavailable(why, 60));
  Error refusal = unauthorized("The signature of this webhook is missing, wrong or too old.", "invalid_signature");
  refusal.log = LogText(why);
  return Failure(std::move(refusal));
}

Task<Result<Settled>> process_stripe_event(Host& host, std::string body) {
  StripeEvent read = co_await read_stripe_event(std::move(body));
  if (read.live_mode != expects_live_mode(host.settings)) {
    LogLine(host, Log::Level::warning, "a stripe event of the other mode was ignored")
        .with("eventId", read.event.id)
        .with("livemode", read.live_mode);
    read.news = Uninteresting{};
  }
  co_return co_await std::visit(Process{host, std::move(read.event)}, std::move(read.news));
}

Task<Result<WebhookOutcome>> replay_stripe_event(Request& request, std::string, std::string body) {
  auto settled = co_await process_stripe_event(request.host(), std::move(body));
  if (settled.page_to_close) request.after(close_checkout(request.host(), *std::move(settled.page_to_close)));
  co_return settled.outcome;
}

Task<Result<Response>> take_stripe_webhook(Request& request) {
  const auto outcome = co_await replay_stripe_event(request, {}, request.body());
  if (outcome == WebhookOutcome::processed) dispatch_after(request);
  co_return webhook_answer(outcome);
}

}  // namespace isthmus::peerloop
