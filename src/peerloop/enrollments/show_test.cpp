#include "peerloop/enrollments/show.h"

#include <doctest/doctest.h>

#include "native/marketplace.h"

using namespace isthmus;
using native::Json;
using native::Marketplace;

TEST_CASE("a student sees an enrollment with its progress, and where to pay for it") {
  Marketplace market;
  const Json checkout = market.enroll_with_teacher(market.student).json();
  const std::string path = "/api/enrollments/" + std::string(checkout["enrollmentId"]);
  const std::string module = market.world.new_id();
  market.world.database.execute("INSERT INTO modules (id, course_id, position, title) VALUES (?1, ?2, 0, 'M')",
                                {module, market.course_id});
  std::string lesson;
  for (int i = 0; i < 3; ++i) {
    lesson = market.world.new_id();
    market.world.database.execute("INSERT INTO lessons (id, module_id, position, title) VALUES (?1, ?2, ?3, 'L')",
                                  {lesson, module, std::int64_t{i}});
  }
  Json shown = market.server.get(path, market.student).json();
  CHECK(shown["status"] == "pending");
  CHECK(shown["checkoutUrl"] == checkout["checkoutUrl"]);
  CHECK(shown["priceCents"] == 45000);
  CHECK(shown["instructorType"] == "student_teacher");
  CHECK(shown["course"]["slug"] == "cpp");
  CHECK(shown["teacher"]["id"] == market.teacher.id);
  CHECK(shown["progress"] ==
        Json{{"completedLessons", 0}, {"totalLessons", 3}, {"percent", 0}, {"completedLessonIds", Json::array()}});
  CHECK(shown["enrolledAt"].is_null());

  market.deliver(*market.stripe.pay(std::string(checkout["checkoutSessionId"])));
  market.world.database.execute(
      "INSERT INTO lesson_progress (enrollment_id, lesson_id, completed_at) VALUES (?1, ?2, ?3)",
      {std::string(checkout["enrollmentId"]), lesson, market.world.now().ms});
  shown = market.server.get(path, market.student).json();
  CHECK(shown["status"] == "enrolled");
  CHECK(shown["checkoutUrl"].is_null());
  CHECK(shown["progress"] == Json{{"completedLessons", 1},
                                  {"totalLessons", 3},
                                  {"percent", 33},
                                  {"completedLessonIds", Json::array({lesson})}});
  CHECK(std::string(shown["enrolledAt"]).ends_with("Z"));
}

TEST_CASE("the teacher sees it too, without the way to pay; for others it does not exist") {
  Marketplace market;
  const Json checkout = market.enroll_with_teacher(market.student).json();
  const std::string path = "/api/enrollments/" + std::string(checkout["enrollmentId"]);
  const auto shown = market.server.get(path, market.teacher);
  CHECK(shown.status == 200);
  CHECK(shown.json()["checkoutUrl"].is_null());
  CHECK(shown.json()["student"]["name"] == "Name of student");
  CHECK(market.server.get(path, market.creator).status == 404);
  CHECK(market.server.get(path, native::add_user(market.world, "other")).status == 404);
  CHECK(market.server.get("/api/enrollments/none", market.student).status == 404);
  CHECK(market.server.get(path).status == 401);
}

TEST_CASE("own enrollments are listed newest first, page by page") {
  Marketplace market;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    const std::string course = market.world.new_id();
    market.world.database.execute(R"(
        INSERT INTO courses (id, slug, creator_id, category_id, title, description, level, price_cents, currency, status,
                             published_at, created_at, updated_at)
        SELECT ?1, ?2, creator_id, category_id, title, '', level, price_cents, currency, status, ?3, ?3, ?3
        FROM courses WHERE id = ?4)",
                                  {course, "course-" + std::to_string(i), market.world.now().ms, market.course_id});
    const Json checkout =
        market.server.post("/api/courses/" + course + "/enroll", {{"instructorType", "creator"}}, market.student)
            .json();
    ids.insert(ids.begin(), std::string(checkout["enrollmentId"]));
  }
  std::vector<std::string> listed;
  std::string cursor;
  for (int page = 0; page < 3; ++page) {
    const Json answer =
        market.server.get("/api/enrollments?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor), market.student)
            .json();
    for (const Json& item : answer["items"]) listed.push_back(std::string(item["id"]));
    CHECK(answer["nextCursor"].is_null() == (page == 2));
    if (page < 2) cursor = std::string(answer["nextCursor"]);
  }
  CHECK(listed == ids);
  CHECK(market.server.get("/api/enrollments", market.teacher).json()["items"].empty());
  CHECK(market.server.get("/api/enrollments?cursor=nonsense", market.student).code() == "invalid_cursor");
  CHECK(market.server.get("/api/enrollments?limit=0", market.student).status == 400);
}
