#include "crypto/webhook_signature.h"
#include "http/app.h"
#include "token.h"

/// What every backend does all day, without a database: answer, know the caller, validate, trust a webhook.
namespace bench {

using namespace isthmus;

namespace {

struct Greeting {
  std::string message;
};
constexpr auto schema(Greeting*) { return object("Greeting", field("message", &Greeting::message)); }

Task<Result<Response>> greet(Request&) { co_return ok(Greeting{"Hello"}); }

struct Caller {
  std::string userId;
  std::vector<std::string> roles;
};
constexpr auto schema(Caller*) {
  return object("Caller", field("userId", &Caller::userId), field("roles", &Caller::roles));
}

Task<Result<Response>> show_caller(Request& request) {
  co_return ok(Caller{request.user().user_id, request.user().roles});
}

enum class Level : std::uint8_t { beginner, intermediate, advanced };
constexpr auto schema(Level*) {
  return one_of(EnumName{"beginner", Level::beginner}, EnumName{"intermediate", Level::intermediate},
                EnumName{"advanced", Level::advanced});
}

struct NewCourse {
  std::string title, description, categoryId;
  Level level = Level::beginner;
  std::int64_t priceCents = 0;
  std::string currency = "usd";
  std::vector<std::string> objectives;
};
constexpr auto schema(NewCourse*) {
  return object("NewCourse", field("title", &NewCourse::title, trimmed, length(3, 120)),
                field("description", &NewCourse::description, length(1, 2000)),
                field("categoryId", &NewCourse::categoryId, uuid), field("level", &NewCourse::level),
                field("priceCents", &NewCourse::priceCents, range(0, 1'000'000)),
                field("currency", &NewCourse::currency, length(3, 3)),
                field("objectives", &NewCourse::objectives, items(1, 10), each(length(1, 200))));
}

struct CourseReceipt {
  std::string title, creatorId;
  std::int64_t priceCents = 0;
  std::int64_t objectiveCount = 0;
};
constexpr auto schema(CourseReceipt*) {
  return object("CourseReceipt", field("title", &CourseReceipt::title), field("creatorId", &CourseReceipt::creatorId),
                field("priceCents", &CourseReceipt::priceCents),
                field("objectiveCount", &CourseReceipt::objectiveCount));
}

Task<Result<Response>> accept_course(Request& request, NewCourse course) {
  co_return created(CourseReceipt{std::move(course.title), request.user().user_id, course.priceCents,
                                  static_cast<std::int64_t>(course.objectives.size())});
}

Result<void> verify_webhook(Request& request) {
  const std::string secret(request.settings().get("STRIPE_WEBHOOK_SECRET"));
  const auto verified = crypto::verify_stripe(request.header("stripe-signature").value_or(""), request.body(),
                                              {&secret, 1}, request.now().seconds());
  if (verified) return {};
  return Failure(unauthorized("The signature of this webhook is missing, wrong or too old.", "invalid_signature"));
}

struct EventReceipt {
  std::string type, paymentStatus, reference;
};
constexpr auto schema(EventReceipt*) {
  return object("EventReceipt", field("type", &EventReceipt::type),
                field("paymentStatus", &EventReceipt::paymentStatus), field("reference", &EventReceipt::reference));
}

Task<Result<Response>> take_webhook(Request& request) {
  const JsonValue event = co_await parse_json(request.body());
  const auto text = [&](std::initializer_list<std::string_view> names) {
    return std::string(event.string_at(names).value_or(""));
  };
  co_return ok(EventReceipt{text({"type"}), text({"data", "object", "payment_status"}),
                            text({"data", "object", "client_reference_id"})});
}

// clang-format off: a row reads as a sentence.
constexpr auto routes = table(
    get("/hello").summary("Greet")
        .limit(flood_only).no_input().open_to(anyone).answers<Greeting>().run<greet>(),
    get("/me").summary("Who is calling")
        .limit(flood_only).no_input().open_to(signed_in).answers<Caller>().run<show_caller>(),
    post("/courses").summary("Begin a course")
        .limit(flood_only).body<NewCourse>().open_to(signed_in).answers<CourseReceipt>(201).run<accept_course>(),
    post("/webhooks/stripe").summary("Stripe's events")
        .limit(flood_only).raw_body(1 << 20).open_to(webhook_of("Stripe's signature", verify_webhook))
        .answers<EventReceipt>().run<take_webhook>());
// clang-format on

}  // namespace

}  // namespace bench

const isthmus::App& isthmus::app() {
  static constexpr App program{"bench", "Bench", bench::routes, &bench::tokens_alone};
  return program;
}
