#include "peerloop/money/records.h"

#include <doctest/doctest.h>

#include "native/marketplace.h"
#include "native/query_plan.h"

using namespace isthmus;
using native::Json;
using native::Marketplace;
using native::Reply;

namespace {

Json page(Marketplace& market, const std::string& target) {
  const Reply reply = market.server.get("/api/admin/" + target, market.admin);
  CHECK_MESSAGE(reply.status == 200, reply.body);
  return reply.json();
}

std::vector<std::string> column(const Json& page, const char* name) {
  std::vector<std::string> out;
  for (const Json& item : page["items"]) out.push_back(item[name].get<std::string>());
  return out;
}

/// All pages of a list, two rows a page.
std::vector<std::string> all_of(Marketplace& market, const std::string& list, const char* name) {
  std::vector<std::string> seen;
  std::string cursor;
  do {
    const Json next = page(market, list + "limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor));
    for (std::string& value : column(next, name)) seen.push_back(std::move(value));
    cursor = next["nextCursor"].is_null() ? "" : next["nextCursor"].get<std::string>();
  } while (!cursor.empty());
  return seen;
}

}  // namespace

TEST_CASE("refunds are listed with who asked, why, and what became of them") {
  Marketplace market;
  CHECK(page(market, "refunds")["items"].empty());
  const std::string session = market.enroll_and_pay(market.student);
  const std::string enrollment = market.text("SELECT id FROM enrollments");
  const auto refund = [&](std::int64_t cents) {
    market.world.scheduler.advance(second);
    const Json body{{"enrollmentId", enrollment}, {"amountCents", cents}, {"reason", "Part of it fell through"}};
    return market.server.post("/api/admin/refunds", body, market.admin).json()["refundId"].get<std::string>();
  };
  const std::string first = refund(1000);
  market.drain_refunds();
  market.stripe.disputes["du_x"] = {{"payment_intent", market.intent_of(session)}, {"is_charge_refundable", false}};
  const std::string refused = refund(2000);
  market.drain_refunds();
  market.stripe.disputes.clear();
  market.stripe.instead = [](const OutgoingRequest&) -> Result<IncomingAnswer> {
    return IncomingAnswer{503, {}, "down"};
  };
  const std::string third = refund(3000);

  CHECK(column(page(market, "refunds"), "refundId") == std::vector<std::string>{third, refused, first});
  CHECK(all_of(market, "refunds?", "refundId") == std::vector<std::string>{third, refused, first});
  CHECK(column(page(market, "refunds?status=requested"), "refundId") == std::vector<std::string>{third});
  Json entry = page(market, "refunds")["items"][0];
  CHECK(entry["status"] == "requested");
  CHECK(entry["settledAt"].is_null());
  entry = page(market, "refunds?status=done")["items"][0];
  CHECK(entry["refundId"] == first);
  CHECK(entry["enrollmentId"] == enrollment);
  CHECK(entry["amountCents"] == 1000);
  CHECK(entry["currency"] == "usd");
  CHECK(entry["requestedBy"] == market.admin.id);
  CHECK(entry["reason"] == "Part of it fell through");
  CHECK(entry["failure"].is_null());
  CHECK(entry["providerId"].get<std::string>().starts_with("re_"));
  CHECK(entry["settledAt"].is_string());
  entry = page(market, "refunds?status=failed")["items"][0];
  CHECK(entry["refundId"] == refused);
  CHECK(entry["failure"].is_string());
  CHECK(entry["providerId"].is_null());
}

TEST_CASE("disputes are listed with the open ones first, and with the day by which the bank wants an answer") {
  Marketplace market;
  CHECK(page(market, "disputes")["items"].empty());
  const std::string intent = market.intent_of(market.enroll_and_pay(market.student));
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    market.world.scheduler.advance(second);
    const Json opened = market.stripe.dispute(intent, 1000);
    ids.push_back(opened["data"]["object"]["id"].get<std::string>());
    CHECK(market.deliver(opened).json()["outcome"] == "processed");
  }
  const std::string due = to_rfc3339(Timestamp{market.world.now().seconds() * second} + 7 * day);
  for (const std::size_t closed : {std::size_t{4}, std::size_t{1}})
    CHECK(market.deliver(market.stripe.move_dispute(ids[closed], "won")).json()["outcome"] == "processed");

  const std::vector<std::string> in_order{ids[3], ids[2], ids[0], ids[4], ids[1]};
  CHECK(column(page(market, "disputes"), "providerId") == in_order);
  CHECK(all_of(market, "disputes?", "providerId") == in_order);
  CHECK(all_of(market, "disputes?state=open&", "providerId") == std::vector<std::string>{ids[3], ids[2], ids[0]});
  CHECK(all_of(market, "disputes?state=closed&", "providerId") == std::vector<std::string>{ids[4], ids[1]});
  const Json open = page(market, "disputes")["items"][0];
  CHECK(open["status"] == "needs_response");
  CHECK(open["reason"] == "fraudulent");
  CHECK(open["amountCents"] == 1000);
  CHECK(open["enrollmentId"] == market.text("SELECT id FROM enrollments"));
  CHECK(open["closedAt"].is_null());
  CHECK(open["dueAt"].get<std::string>() <= due);
  CHECK(open["dueAt"].get<std::string>() > open["createdAt"].get<std::string>());
  const Json closed = page(market, "disputes?state=closed")["items"][0];
  CHECK(closed["status"] == "won");
  CHECK(closed["closedAt"].is_string());

  SUBCASE("also one whose payment is not known, and one without a day") {
    Json early = market.stripe.dispute(intent, 1000);
    early["data"]["object"]["payment_intent"] = "pi_later";
    early["data"]["object"]["charge"] = "ch_later";
    early["data"]["object"]["evidence_details"]["due_by"] = nullptr;
    CHECK(market.deliver(early).json()["outcome"] == "processed");
    const Json shown = page(market, "disputes")["items"][0];
    CHECK(shown["chargeId"] == "ch_later");
    CHECK(shown["enrollmentId"].is_null());
    CHECK(shown["dueAt"].is_null());
  }
  SUBCASE("a later stage may have another day, and keeps the one before where it names none") {
    const Json due_before = page(market, "disputes")["items"][0]["dueAt"];
    market.stripe.disputes.at(ids[3])["evidence_details"]["due_by"] = nullptr;
    market.deliver(market.stripe.move_dispute(ids[3], "under_review"));
    CHECK(page(market, "disputes")["items"][0]["status"] == "under_review");
    CHECK(page(market, "disputes")["items"][0]["dueAt"] == due_before);
    market.stripe.disputes.at(ids[2])["evidence_details"]["due_by"] = market.world.now().seconds() + 1;
    market.deliver(market.stripe.move_dispute(ids[2], "under_review"));
    CHECK(page(market, "disputes")["items"][1]["dueAt"].get<std::string>() < due_before.get<std::string>());
  }
}

TEST_CASE("refunds and disputes are for administrators, and their cursors are their own") {
  Marketplace market;
  for (const std::string list : {"/api/admin/refunds", "/api/admin/disputes"}) {
    CHECK(market.server.get(list).status == 401);
    for (const auto& user : {market.student, market.teacher, market.creator})
      CHECK(market.server.get(list, user).code() == "wrong_role");
    CHECK(market.server.get(list + "?cursor=x", market.admin).code() == "invalid_cursor");
    CHECK(market.server.get(list + "?limit=0", market.admin).status == 400);
  }
  CHECK(market.server.get("/api/admin/refunds?status=lost", market.admin).status == 400);
  CHECK(market.server.get("/api/admin/disputes?state=lost", market.admin).status == 400);
}

TEST_CASE("refunds and disputes are read along an index, page by page") {
  native::World world("peerloop");
  const auto check = [&](Statement statement, std::string_view index) {
    const std::string plan = native::plan_of(world, std::move(statement));
    CHECK_MESSAGE(plan.contains(index), plan);
    CHECK_MESSAGE(!plan.contains("TEMP B-TREE"), plan);
    CHECK_MESSAGE(!plan.contains("SCAN"), plan);
  };
  for (const auto& place : {std::optional<Place>(), std::optional(Place{1, "id"})}) {
    check(peerloop::select_refunds({}, place), "refund_requests_in_order");
    peerloop::RefundsQuery failed;
    failed.status = peerloop::RefundState::failed;
    check(peerloop::select_refunds(failed, place), "refund_requests_by_status");
    for (const auto state : {std::optional<peerloop::DisputeState>(), std::optional(peerloop::DisputeState::open),
                             std::optional(peerloop::DisputeState::closed)}) {
      peerloop::DisputesQuery query;
      query.state = state;
      check(peerloop::select_disputes(query, place), "disputes_in_order");
    }
  }
}
