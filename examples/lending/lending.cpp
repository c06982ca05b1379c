#include "lending/lending.h"

#include "crypto/jwt.h"
#include "http/pagination.h"
#include "http/service_routes.h"
#include "jobs/outbox.h"

using namespace isthmus;

namespace lending {

bool is_good_end(Timestamp until, Timestamp now) { return until > now && until <= now + 30 * day; }

namespace {

struct Thing {
  std::string id, name;
  bool isFree = false;
};
constexpr auto schema(Thing*) {
  return object("Thing", field("id", &Thing::id), field("name", &Thing::name), field("isFree", &Thing::isFree));
}
ISTHMUS_PAGE(Thing)

struct ThingsQuery {
  std::int64_t limit = default_page;
  std::optional<std::string> cursor;
};
constexpr auto schema(ThingsQuery*) {
  return object("ThingsQuery", field("limit", &ThingsQuery::limit, or_default, range(1, largest_page)),
                field("cursor", &ThingsQuery::cursor));
}

struct Borrow {
  Timestamp until;
  std::optional<std::string> note;
};
constexpr auto schema(Borrow*) {
  return object("Borrow", field("until", &Borrow::until, described("When it will be back.")),
                field("note", &Borrow::note, trimmed, length(1, 200)));
}

struct Loan {
  std::string id, thingId;
  Timestamp until;
};
constexpr auto schema(Loan*) {
  return object("Loan", field("id", &Loan::id), field("thingId", &Loan::thingId), field("until", &Loan::until));
}

Statement select_things(const std::optional<Cursor>& after, std::int64_t limit) {
  return sql(R"(
      SELECT json_object('id', t.id, 'name', t.name,
                         'isFree', json(iif(EXISTS (SELECT 1 FROM loans l WHERE l.thing_id = t.id
                                                    AND l.returned_at IS NULL), 'false', 'true'))),
             t.name, t.id
      FROM things t WHERE (t.name, t.id) > (?1, ?2)
      ORDER BY t.name, t.id LIMIT CAST(?3 AS INTEGER))",
             after ? after->value : "", after ? after->id : "", limit + 1);
}

Task<Result<Response>> list_things(Request& request, ThingsQuery query) {
  const auto after = co_await decode_cursor(query.cursor);
  auto rows = co_await request.db().all<ListedRow>(select_things(after, query.limit));
  co_return ok(page_of<Thing>(std::move(rows), query.limit));
}

Task<Result<Delivery>> tell_the_door(Host& host, const OutboxItem& item) {
  const auto url = host.settings.find("DOOR_URL");
  if (!url) co_return Failure(unavailable("DOOR_URL is not set"));
  OutgoingRequest notice;
  notice.method = "POST";
  notice.url = *url;
  notice.headers = {{"content-type", "application/json"}, {"idempotency-key", item.dedupe_key}};
  notice.body = item.payload;
  const auto answer = co_await host.http.send(std::move(notice));
  if (answer.status >= 300) co_return Failure(unavailable("the door answered " + std::to_string(answer.status)));
  co_return Delivery{};
}

constexpr auto deliveries = std::to_array<OutboxHandler>({{"door", tell_the_door}});

Task<Result<void>> run_scheduled(Host& host, std::string_view, Timestamp) {
  return dispatch_outbox(host, deliveries, 10);
}

std::vector<Statement> insert_loan(const Loan& loan, const std::string& member_id, std::optional<std::string> note,
                                   Timestamp now) {
  return {sql(R"(
      INSERT INTO batch_guard (reason) SELECT 'not_found' WHERE NOT EXISTS (SELECT 1 FROM things WHERE id = ?1))",
              loan.thingId),
          sql("INSERT INTO loans (id, thing_id, member_id, until, note, lent_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
              loan.id, loan.thingId, member_id, loan.until, std::move(note), now)};
}

Task<Result<Response>> borrow(Request& request, Borrow body) {
  if (!is_good_end(body.until, request.now())) co_return Failure(bad_request("A loan ends within a month.", "bad_end"));
  const Loan loan{request.host().random.uuid(request.now()), std::string(request.param("id")), body.until};

  auto batch = insert_loan(loan, request.user().user_id, std::move(body.note), request.now());
  batch.push_back(enqueue(request.host(), "door", "loan:" + loan.id, encode(loan), request.now()));
  auto lent = co_await attempt(commit(request, std::move(batch), created(loan)));
  lent = on_constraint(std::move(lent), "guard:not_found", not_found("thing"));
  lent = on_constraint(std::move(lent), "loans.thing_id", conflict("Somebody else has it.", "lent_out"));
  if (lent) request.after(dispatch_outbox(request.host(), deliveries, 10));
  co_return lent;
}

Statement own_loan(const Request& request) {
  return sql("SELECT 1 FROM loans WHERE id = ?1 AND member_id = ?2", request.param("id"), request.user().user_id);
}

Task<Result<Response>> bring_back(Request& request) {
  co_await request.db().write(sql("UPDATE loans SET returned_at = ?2 WHERE id = ?1 AND returned_at IS NULL",
                                  request.param("id"), request.now()));
  co_return no_content();
}

Result<Principal> identify(Host& host, std::string_view token, Timestamp now) {
  const std::vector<crypto::KeyRing::Secret> secrets{{"1", std::string(host.settings.get("JWT_SECRET"))}};
  const auto keys = crypto::KeyRing::create(secrets);
  if (!keys) return Failure(internal_error("JWT_SECRET has fewer than 32 bytes"));
  const crypto::TokenRules rules{.type = "at+jwt", .issuer = "lending"};
  const auto verified = crypto::verify_jwt(*keys, token, rules, now.seconds());
  if (!verified) return Failure(unauthorized("The access token is not valid.", "invalid_token"));
  Principal who;
  who.user_id = verified->claims.subject;
  who.token_id = verified->claims.id;
  return who;
}

Statement live_session(const Principal& who, Timestamp) {
  return sql("SELECT '[]', id FROM members WHERE id = ?1 AND left_at IS NULL", who.user_id);
}

Task<Result<bool>> is_revoked(Host& host, const Principal& who) {
  const auto session = co_await host.database.read(live_session(who, host.clock.now()));
  co_return session.empty();
}

constexpr Authenticator authenticator{identify, is_revoked, live_session};

// clang-format off: a row reads as a sentence.
constexpr auto routes = join(service_routes, table(
    get("/api/things").summary("What there is to borrow").limit(flood_only)
        .query<ThingsQuery>().open_to(anyone).answers<Page<Thing>>().run<list_things>(),
    post("/api/things/:id/loans").summary("Borrow a thing").limit(10, per_minute)
        .body<Borrow>().open_to(signed_in).takes_idempotency_key().conflicts("lent_out").answers<Loan>(201).run<borrow>(),
    post("/api/loans/:id/return").summary("Bring a thing back").limit(flood_only)
        .no_input().open_to(owner_of("loan", own_loan)).answers_nothing().run<bring_back>()));
// clang-format on

}  // namespace

const App app{"lending", "Tool library", routes, &authenticator, run_scheduled};

}  // namespace lending
