#include "peerloop/money/statement.h"

#include <doctest/doctest.h>

#include "native/marketplace.h"
#include "peerloop/money/csv.h"

using namespace isthmus;
using namespace isthmus::peerloop;
using native::Json;
using native::Marketplace;
using native::Reply;

namespace {

std::string one_cell(std::string_view text) {
  CsvWriter csv;
  csv.text(text);
  return std::move(csv).take();
}

std::string month_of(const Marketplace& market) { return to_rfc3339(market.world.now()).substr(0, 7); }

std::vector<std::string> lines_of(const std::string& csv) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < csv.size();) {
    const auto end = csv.find("\r\n", at);
    REQUIRE_MESSAGE(end != std::string::npos, csv);
    lines.push_back(csv.substr(at, end - at));
    at = end + 2;
  }
  return lines;
}

}  // namespace

TEST_CASE("cells are quoted where RFC 4180 wants it, and formulas are made harmless") {
  CHECK(one_cell("plain") == "plain");
  CHECK(one_cell("a,b") == "\"a,b\"");
  CHECK(one_cell("say \"hi\"") == "\"say \"\"hi\"\"\"");
  CHECK(one_cell("two\r\nlines") == "\"two\r\nlines\"");
  for (const char* formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", " =1", "\n=1"}) {
    CAPTURE(formula);
    CHECK(one_cell(formula).contains("'" + std::string(formula)));
  }
  CHECK(one_cell("=HYPERLINK(\"http://x\",\"y\")") == "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
  CsvWriter csv;
  csv.money(-15750, "usd").money(500, "jpy").money(-5, "eur").text("").end_line();
  CHECK(std::move(csv).take() == "-157.50,500,-0.05,\r\n");
}

TEST_CASE("a month begins on its first and ends where the next begins; anything else is none") {
  CHECK(month_named("2026-02")->begins == *from_rfc3339("2026-02-01T00:00:00Z"));
  CHECK(month_named("2026-02")->ends == *from_rfc3339("2026-03-01T00:00:00Z"));
  CHECK(month_named("2026-12")->ends == *from_rfc3339("2027-01-01T00:00:00Z"));
  for (const char* none : {"2026-13", "2026-00", "2026-1", "26-01", "2026/01", "", "1969-12", "2026-01-"})
    CHECK(!month_named(none));
}

TEST_CASE("a person's month begins with what was there and explains every cent") {
  Marketplace market;
  market.world.database.execute("UPDATE courses SET title = '=1+1, \"really\"'");
  market.onboard(market.teacher);
  const std::string session = market.enroll_and_pay(market.student);
  market.certify(session);
  market.pay_out(market.teacher);
  market.deliver(market.stripe.refund(market.intent_of(session), 22500));
  market.drain_refunds();
  const Reply reply = market.server.get("/api/earnings/statement?month=" + month_of(market), market.teacher);
  REQUIRE(reply.status == 200);
  CHECK(reply.header("content-type").starts_with("text/csv"));
  CHECK(reply.header("content-disposition").contains("statement-" + month_of(market) + "-usd.csv"));
  const auto lines = lines_of(reply.body);
  REQUIRE(lines.size() == 6);
  CHECK(lines[0] == "date,type,reference,course,enrollment,currency,amount,balance");
  CHECK(lines[1].ends_with(",opening balance,,,,usd,,0.00"));
  CHECK(lines[2].contains(",checkout,"));
  CHECK(lines[2].contains("\"'=1+1, \"\"really\"\"\""));
  CHECK(lines[2].ends_with(",usd,315.00,315.00"));
  CHECK(lines[3].contains(",transfer,"));
  CHECK(lines[3].ends_with(",-315.00,0.00"));
  CHECK(lines[4].ends_with(",-157.50,-157.50"));
  CHECK(lines[5].ends_with(",157.50,0.00"));

  // The next month opens with the balance of this one.
  market.stripe.empty_accounts.insert(market.stripe.accounts.begin()->first);
  market.deliver(market.stripe.refund(market.intent_of(session), 100));
  market.world.scheduler.advance(32 * day);
  const auto next =
      lines_of(market.server.get("/api/earnings/statement?month=" + month_of(market), market.teacher).body);
  REQUIRE(next.size() == 2);
  CHECK(next[1].ends_with(",usd,,-0.70"));
  CHECK(lines_of(market.server.get("/api/earnings/statement?month=2026-01&currency=EUR", market.teacher).body).size() ==
        2);
}

TEST_CASE("the platform's month has every entry of every movement") {
  Marketplace market;
  market.enroll_and_pay(market.student);
  const Reply reply = market.server.get("/api/admin/books?month=" + month_of(market), market.admin);
  REQUIRE(reply.status == 200);
  CHECK(lines_of(reply.body).size() == 5);
  CHECK(reply.body.contains(",provider:stripe,usd,450.00\r\n"));
  CHECK(reply.body.contains(",platform:revenue,usd,-67.50\r\n"));
  CHECK(!reply.body.contains("Name of"));
}

TEST_CASE("a long month comes in parts that join without a gap") {
  Marketplace market;
  const std::int64_t now = market.world.now().ms;
  for (int i = 0; i < 5003; ++i)
    market.world.database.execute(R"(
        INSERT INTO ledger_movements (id, cause, currency, postings, created_at)
        VALUES (?1, 'test:' || ?2, 'usd', json_object('payable:' || ?3, -1, 'provider:stripe', 1), ?4))",
                                  {market.world.random.uuid({now}), i, market.teacher.id, now});
  const std::string path = "/api/earnings/statement?month=" + month_of(market);
  const Reply first = market.server.get(path, market.teacher);
  REQUIRE(first.has_header("x-next-cursor"));
  const Reply rest = market.server.get(path + "&cursor=" + first.header("x-next-cursor"), market.teacher);
  CHECK(!rest.has_header("x-next-cursor"));
  const auto lines = lines_of(first.body + rest.body);
  CHECK(lines.size() == 2 + 5003);
  CHECK(lines.back().ends_with(",0.01,50.03"));

  const std::string books = "/api/admin/books?month=" + month_of(market);
  std::string all;
  std::string cursor;
  for (int parts = 0; parts < 5; ++parts) {
    std::string path_of_part = books;
    if (!cursor.empty()) path_of_part.append("&cursor=").append(cursor);
    const Reply part = market.server.get(path_of_part, market.admin);
    REQUIRE(part.status == 200);
    all += part.body;
    cursor = part.header("x-next-cursor");
    if (cursor.empty()) break;
  }
  CHECK(lines_of(all).size() == 1 + 2 * 5003);
}

TEST_CASE("statements are their owner's, and books are the admins'") {
  Marketplace market;
  CHECK(market.server.get("/api/earnings/statement?month=2026-01").status == 401);
  CHECK(market.server.get("/api/earnings/statement?month=2026-01", market.student).status == 403);
  CHECK(market.server.get("/api/admin/books?month=2026-01", market.teacher).status == 403);
  CHECK(market.server.get("/api/earnings/statement?month=2026-13", market.teacher).problems("month") != nullptr);
  CHECK(market.server.get("/api/earnings/statement", market.teacher).status == 400);
  CHECK(market.server.get("/api/earnings/statement?month=2026-01&cursor=x", market.teacher).code() == "invalid_cursor");
}
