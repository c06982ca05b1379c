#include "peerloop/money/payouts/pay.h"

#include <algorithm>

#include "peerloop/app.h"
#include "peerloop/money/payouts/queries.h"

namespace isthmus::peerloop {

namespace {

Result<void> check_choice(const PayOut& body) {
  Problems problems;
  problems.within("splitIds", [&] {
    if (!body.splitIds && !body.recipientId) problems.add("is required unless recipientId is given");
    if (body.splitIds && body.recipientId) problems.add("must not be given together with recipientId");
  });
  if (!problems.empty()) return Failure(problems.to_error());
  return {};
}

Error refusal(std::string_view code, std::string text, const std::vector<PayableSplit>& splits) {
  JsonWriter json;
  json.begin_object().key("splits").begin_array();
  for (const PayableSplit& split : splits)
    json.begin_object().member("id", split.id).member("status", split.standing).end_object();
  json.end_array().end_object();
  return conflict(std::move(text), code).with_details(std::move(json).text());
}

/// Whether all of these may be paid out now.
Result<void> check_due(const std::vector<PayableSplit>& splits) {
  const auto those = [&](auto which) {
    std::vector<PayableSplit> some;
    std::ranges::copy_if(splits, std::back_inserter(some), which);
    return some;
  };
  if (auto paid =
          those([](const PayableSplit& each) { return each.standing == "paid" || each.standing == "requested"; });
      !paid.empty())
    return Failure(refusal("already_paid", "Somebody paid this share out already.", paid));
  if (auto waiting = those([](const PayableSplit& each) { return each.standing != "approved"; }); !waiting.empty())
    return Failure(refusal("not_due", "This share is not due.", waiting));
  if (auto closed = those([](const PayableSplit& each) { return !each.account_active; }); !closed.empty())
    return Failure(refusal("payouts_disabled", "This person's account can not receive money at present.", closed));
  return {};
}

Task<Result<std::vector<PayableSplit>>> chosen_splits(Request& request, PayOut body) {
  auto splits = co_await request.db().all<PayableSplit>(body.splitIds ? payable_splits(*body.splitIds)
                                                                      : payable_splits_of(*body.recipientId));
  if (splits.empty())
    co_return Failure(body.splitIds ? not_found("split") : conflict("Nothing is due to this person.", "nothing_due"));
  if (body.splitIds) {
    std::ranges::sort(*body.splitIds);
    const auto repeated = std::ranges::unique(*body.splitIds);
    const auto wanted = static_cast<std::size_t>(repeated.begin() - body.splitIds->begin());
    if (splits.size() != wanted) co_return Failure(not_found("split"));
  }
  co_return splits;
}

}  // namespace

Task<Result<Response>> pay_out(Request& request, PayOut body) {
  co_await check_choice(body);
  for (int tries = 1;; ++tries) {
    const auto splits = co_await chosen_splits(request, body);
    co_await check_due(splits);

    const Payout payout = new_payout(request.host(), splits, request.user().user_id, request.id(), request.now());
    auto written =
        co_await attempt(commit(request, request_transfers(payout, request.now()), 201, transfers_as_json(payout)));
    if (written) {
      dispatch_after(request);
      co_return written;
    }
    // Something changed since it was read: what, the next reading tells.
    if (written.error().code != "constraint" || tries == 3) {
      co_return on_constraint(std::move(written), "transfers.split_id",
                              conflict("Somebody paid this share out already.", "already_paid"));
    }
  }
}

}  // namespace isthmus::peerloop
