#include "peerloop/courses/queries.h"

#include <doctest/doctest.h>

#include "native/query_plan.h"
#include "peerloop/people/queries.h"

using namespace isthmus;
using namespace isthmus::peerloop;
using native::plan_of;

TEST_CASE("a list of courses walks an index in its order, whatever it is filtered by") {
  native::World world("peerloop");
  const std::optional<Place> after = Place{1, "id"};
  const auto check = [&](const CoursesQuery& query, CourseSort sort, std::string_view index) {
    for (const auto& place : {std::optional<Place>(), after}) {
      const std::string plan = plan_of(world, select_courses(query, "", sort, place));
      CHECK_MESSAGE(plan.contains(index), plan);
      CHECK_MESSAGE(!plan.contains("TEMP B-TREE"), plan);
    }
  };
  check({}, CourseSort::newest, "courses_newest");
  check({}, CourseSort::price, "courses_by_price");
  check({}, CourseSort::price_descending, "courses_by_price");
  check({}, CourseSort::rating, "courses_by_rating");
  check({}, CourseSort::popular, "courses_by_popularity");
  CoursesQuery query;
  query.category = "data";
  check(query, CourseSort::newest, "courses_by_category");
  query = {};
  query.level = CourseLevel::beginner;
  check(query, CourseSort::newest, "courses_by_level");
  query = {};
  query.creator = "ada";
  check(query, CourseSort::newest, "courses_by_creator");
}

TEST_CASE("what is asked for by its name is found by an index") {
  native::World world("peerloop");
  const std::optional<Place> after = Place{1, "id"};
  for (const std::string& plan :
       {plan_of(world, select_course("x", "y")), plan_of(world, select_profile("x", "y")),
        plan_of(world, select_creators(after, 20)), plan_of(world, select_student_teachers(after, 20)),
        plan_of(world, select_teachers_of_course("x", after, 20)),
        plan_of(world, select_best_courses({}, "\"x\"", 0))}) {
    for (const char* table : {"SCAN c\n", "SCAN u\n", "SCAN t\n", "SCAN m\n", "SCAN l\n", "SCAN courses\n", "SCAN r\n",
                              "SCAN users\n", "SCAN lessons\n", "SCAN modules\n", "SCAN course_teachers\n"})
      CHECK_MESSAGE(!plan.contains(table), plan);
  }
}
