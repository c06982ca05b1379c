#include <doctest/doctest.h>

#include "native/classroom.h"
#include "peerloop/materials/material.h"
#include "peerloop/privacy/privacy.h"

using namespace isthmus;
using native::Classroom;
using native::Json;
using native::Reply;
using native::TestUser;

namespace {

const std::string pdf = "%PDF-1.7\nthe slides of the first week";

native::Outgoing upload(Classroom& room, const TestUser& who, std::string name, std::string bytes = pdf) {
  return {"POST", room.course + "/materials?name=" + std::move(name), who.with("content-type", "text/html").headers,
          std::move(bytes)};
}

std::string add(Classroom& room, std::string name = "Slides.pdf") {
  const Reply added = room.server.send(upload(room, room.creator, std::move(name)));
  REQUIRE_MESSAGE(added.status == 201, added.body);
  return added.json()["id"].get<std::string>();
}

}  // namespace

TEST_CASE("a creator adds a file, and those who take part read it") {
  Classroom room;
  room.enroll(room.student, room.teacher);
  room.world.database.round_trips = 0;
  const Reply added = room.server.send(upload(room, room.creator, "Week+1+%E2%80%93+Slides.pdf"));
  REQUIRE_MESSAGE(added.status == 201, added.body);
  CHECK(room.world.database.round_trips == 3);
  const Json material = added.json();
  CHECK(material["name"] == "Week 1 – Slides.pdf");
  CHECK(material["contentType"] == "application/pdf");
  CHECK(material["sizeBytes"] == pdf.size());
  const std::string url = material["url"].get<std::string>();
  CHECK(url == room.course + "/materials/" + material["id"].get<std::string>());
  CHECK(room.world.bucket.objects.contains("courses/" + room.course_id + "/materials/" +
                                           material["id"].get<std::string>()));

  for (const TestUser* reader : {&room.student, &room.teacher, &room.creator}) {
    CHECK(room.server.get(room.course + "/materials", *reader).json()["items"] == Json::array({material}));
    CHECK(room.server.get("/api/courses/cpp/materials", *reader).json()["items"] == Json::array({material}));
    const Reply read = room.server.get(url, *reader);
    CHECK(read.status == 200);
    CHECK(read.body == pdf);
    CHECK(read.header("content-type") == "application/pdf");
    CHECK(read.header("x-content-type-options") == "nosniff");
    CHECK(read.header("cache-control") == "private, no-cache");
    CHECK(read.header("content-disposition") ==
          "attachment; filename=\"Week 1 ___ Slides.pdf\"; filename*=UTF-8''Week%201%20%E2%80%93%20Slides.pdf");
  }
  CHECK(room.server.get(room.course).json()["materialCount"] == 1);

  const Reply part = room.server.get(url, room.student.with("range", "bytes=1-3"));
  CHECK(part.status == 206);
  CHECK(part.body == "PDF");
  CHECK(part.header("content-range") == "bytes 1-3/" + std::to_string(pdf.size()));
  const std::string etag = room.server.get(url, room.student).header("etag");
  CHECK(room.server.get(url, room.student.with("if-none-match", etag)).status == 304);
  CHECK(room.server.get(url, room.student.with("range", "bytes=999-")).status == 416);
  CHECK(room.server.head(url, room.student).status == 200);
}

TEST_CASE("another file under the same key is refused, and the same one is stored once") {
  Classroom room;
  room.creator.caller = room.creator.with("idempotency-key", "k1");
  const Reply added = room.server.send(upload(room, room.creator, "Slides.pdf"));
  REQUIRE_MESSAGE(added.status == 201, added.body);
  std::string other = pdf;
  other.back() = '!';
  CHECK(room.server.send(upload(room, room.creator, "Slides.pdf", other)).code() == "idempotency_key_reused");
  const Reply again = room.server.send(upload(room, room.creator, "Slides.pdf"));
  CHECK(again.status == 201);
  CHECK(again.body == added.body);
  CHECK(room.world.bucket.objects.size() == 1);
  CHECK(room.count("SELECT count(*) FROM course_materials") == 1);
}

TEST_CASE("who does not take part has no materials, nor who did") {
  Classroom room;
  const std::string id = add(room);
  const std::string url = room.course + "/materials/" + id;
  CHECK(room.server.get(url).status == 401);
  CHECK(room.server.get(room.course + "/materials").status == 401);
  const auto is_kept_out = [&](const TestUser& who) {
    return room.server.get(url, who).status == 404 && room.server.get(room.course + "/materials", who).status == 404;
  };
  CHECK(is_kept_out(room.stranger));
  const std::string enrollment = room.enroll(room.student, room.teacher, "pending");
  CHECK(is_kept_out(room.student));
  room.world.database.execute("UPDATE enrollments SET status = 'completed'");
  CHECK(room.server.get(url, room.student).status == 200);
  room.refund(enrollment);
  CHECK(is_kept_out(room.student));
  CHECK(room.server.get(url, room.teacher).status == 200);
  room.world.database.execute("UPDATE course_teachers SET status = 'withdrawn'");
  CHECK(is_kept_out(room.teacher));
  CHECK(room.server.get("/api/courses/" + room.world.new_id() + "/materials/" + id, room.creator).status == 404);
  CHECK(room.server.get(room.course + "/materials/" + room.world.new_id(), room.creator).status == 404);
}

TEST_CASE("only the creator adds and removes") {
  Classroom room;
  room.enroll(room.student, room.teacher);
  const std::string url = room.course + "/materials/" + add(room);
  CHECK(room.server.send(upload(room, room.stranger, "x")).status == 404);
  CHECK(room.server.send(upload(room, room.student, "x")).status == 403);
  CHECK(room.server.del(url, room.stranger).status == 404);
  CHECK(room.server.del(url, room.student).status == 403);
  CHECK(room.world.bucket.objects.size() == 1);
}

TEST_CASE("a file is named, has a size, and is not too large") {
  Classroom room;
  CHECK(room.server.send(upload(room, room.creator, "")).problems("name").is_array());
  CHECK(room.server.send(upload(room, room.creator, "..%2Fx")).problems("name").is_array());
  CHECK(room.server.send(upload(room, room.creator, "a%0Ab")).problems("name").is_array());
  CHECK(room.server.send({"POST", room.course + "/materials", room.creator.caller.headers, pdf})
            .problems("name")
            .is_array());
  CHECK(room.server.send(upload(room, room.creator, "x", "")).status == 411);
  native::Outgoing huge = upload(room, room.creator, "x");
  huge.headers.push_back({"content-length", std::to_string(peerloop::largest_material + 1)});
  CHECK(room.server.send(huge).status == 413);
  CHECK(room.world.bucket.objects.empty());
  CHECK(room.count("SELECT count(*) FROM course_materials") == 0);
}

TEST_CASE("a removed file is gone at once, and its bytes through the outbox") {
  Classroom room;
  const std::string url = room.course + "/materials/" + add(room);
  SUBCASE("right after the answer") {
    CHECK(room.server.del(url, room.creator).status == 204);
    CHECK(room.world.bucket.objects.empty());
  }
  SUBCASE("later, where the bucket is down") {
    room.world.fates = [](const native::HostCall& call) {
      return native::Fate{.fault = call.port == "bucket" ? native::Fate::Fault::not_done : native::Fate::Fault::none};
    };
    CHECK(room.server.del(url, room.creator).status == 204);
    CHECK(room.server.get(url, room.creator).status == 404);
    CHECK(room.world.bucket.objects.size() == 1);
    room.world.fates = {};
    room.world.scheduler.advance(hour);
    native::StandaloneHost standalone(room.world);
    constexpr std::array handlers{peerloop::object_removal_handler};
    CHECK(native::run(room.world, dispatch_outbox(standalone.host(), handlers, 10)).has_value());
    CHECK(room.world.bucket.objects.empty());
  }
  CHECK(room.server.del(url, room.creator).status == 204);
  CHECK(room.server.get(url, room.creator).status == 404);
  CHECK(room.server.get(room.course + "/materials", room.creator).json()["items"].empty());
}

TEST_CASE("an upload that breaks off leaves nothing, neither at once nor for good") {
  Classroom room;
  SUBCASE("because it is shorter than it said") {
    native::Outgoing cut = upload(room, room.creator, "x");
    cut.headers.push_back({"content-length", std::to_string(pdf.size() + 100)});
    CHECK(room.server.send(cut).status == 400);
  }
  SUBCASE("because the bucket is down") {
    room.world.fates = [](const native::HostCall& call) {
      return native::Fate{.fault = call.port == "bucket" && call.operation == "put" ? native::Fate::Fault::answer_lost
                                                                                    : native::Fate::Fault::none};
    };
    CHECK(room.server.send(upload(room, room.creator, "x")).status == 503);
  }
  SUBCASE("because nobody wrote down that it was there") {
    int batches = 0;
    room.world.fates = [&](const native::HostCall& call) {
      const bool last = call.port == "database" && ++batches == 3;
      return native::Fate{.fault = last ? native::Fate::Fault::not_done : native::Fate::Fault::none};
    };
    CHECK(room.server.send(upload(room, room.creator, "x")).status == 503);
    CHECK(room.server.get(room.course + "/materials", room.creator).json()["items"].empty());
    room.world.fates = {};
    room.world.scheduler.advance(peerloop::longest_upload + 1);
    native::StandaloneHost standalone(room.world);
    CHECK(native::run(room.world, peerloop::give_up_uploads(standalone.host(), room.world.now())).has_value());
    constexpr std::array handlers{peerloop::object_removal_handler};
    CHECK(native::run(room.world, dispatch_outbox(standalone.host(), handlers, 10)).has_value());
  }
  CHECK(room.count("SELECT count(*) FROM course_materials") == 0);
  CHECK(room.world.bucket.objects.empty());
}

TEST_CASE("a client that hangs up in the middle leaves a row for cron to find") {
  Classroom room;
  room.world.fates = [](const native::HostCall& call) {
    return native::Fate{.before = call.port == "bucket" ? minute : 0};
  };
  auto exchange = room.server.begin(upload(room, room.creator, "x"));
  room.world.scheduler.run_until(room.world.now() + second);
  CHECK(room.count("SELECT count(*) FROM course_materials WHERE status = 'uploading'") == 1);
  exchange.reset();
  room.world.fates = {};
  native::StandaloneHost standalone(room.world);
  CHECK(native::run(room.world, peerloop::give_up_uploads(standalone.host(), room.world.now())).has_value());
  CHECK(room.count("SELECT count(*) FROM course_materials") == 1);
  room.world.scheduler.advance(peerloop::longest_upload);
  CHECK(native::run(room.world, peerloop::give_up_uploads(standalone.host(), room.world.now())).has_value());
  CHECK(room.count("SELECT count(*) FROM course_materials") == 0);
}

TEST_CASE("the caps hold for parallel uploads") {
  Classroom room;
  const auto fill = [&](std::int64_t files, std::int64_t bytes) {
    for (std::int64_t i = 0; i < files; ++i)
      room.world.database.execute(R"(
          INSERT INTO course_materials (id, course_id, uploaded_by, name, content_type, size_bytes, status, created_at,
                                        stored_at)
          VALUES (?1, ?2, ?3, 'x', 'text/plain', ?4, 'stored', ?5, ?5))",
                                  {room.world.new_id(), room.course_id, room.creator.id, bytes, room.world.now().ms});
  };
  SUBCASE("of files") { fill(peerloop::most_materials - 1, 1); }
  SUBCASE("of bytes") { fill(1, peerloop::most_material_bytes - static_cast<std::int64_t>(pdf.size())); }
  room.interleave();
  std::vector<std::unique_ptr<native::Exchange>> tries;
  for (int i = 0; i < 5; ++i) tries.push_back(room.server.begin(upload(room, room.creator, "x")));
  room.world.scheduler.run();
  int stored = 0;
  for (const auto& one : tries) {
    stored += one->reply().status == 201;
    CHECK_MESSAGE((one->reply().status == 201 || one->reply().code() == "too_many"), one->reply().body);
  }
  CHECK(stored == 1);
  CHECK(room.world.bucket.objects.size() == 1);
}

TEST_CASE("an upload repeated under its key is stored once, another name under it is refused") {
  Classroom room;
  native::Outgoing keyed = upload(room, room.creator, "one");
  keyed.headers.push_back({"idempotency-key", "mine"});
  const Reply first = room.server.send(keyed);
  CHECK(first.status == 201);
  CHECK(room.server.send(keyed).json() == first.json());
  keyed.target = room.course + "/materials?name=two";
  CHECK(room.server.send(keyed).code() == "idempotency_key_reused");
  CHECK(room.world.bucket.objects.size() == 1);
}

TEST_CASE("materials are listed in the order in which they came, page by page") {
  Classroom room;
  std::vector<std::string> added;
  for (int i = 0; i < 3; ++i) added.push_back(add(room, "File+" + std::to_string(i)));
  std::vector<std::string> listed;
  std::string cursor;
  do {
    const Json page = room.server.get(room.course + "/materials?limit=2" + cursor, room.creator).json();
    for (const Json& item : page["items"]) listed.push_back(item["id"].get<std::string>());
    cursor = page["nextCursor"].is_null() ? "" : "&cursor=" + page["nextCursor"].get<std::string>();
  } while (!cursor.empty());
  CHECK(listed == added);
}

TEST_CASE("a course's picture is set, shown to anyone and removed, by its creator") {
  Classroom room;
  const std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\x68\x08\x06\0\0more", 32);
  const std::string path = room.course + "/thumbnail";
  const auto put = [&](const TestUser& who, std::string bytes) {
    return room.server.send({"PUT", path, who.caller.headers, std::move(bytes)});
  };
  CHECK(room.server.get(path).status == 404);
  CHECK(put(room.stranger, png).status == 404);
  CHECK(put(room.student, png).status == 403);
  CHECK(put(room.creator, "<svg/>").code() == "unsupported_image");
  const Reply stored = put(room.creator, png);
  REQUIRE_MESSAGE(stored.status == 200, stored.body);
  CHECK(stored.json() == Json{{"thumbnailUrl", path}});
  CHECK(room.server.get(room.course).json()["thumbnailUrl"] == path);
  const Reply shown = room.server.get(path);
  CHECK(shown.body == png);
  CHECK(shown.header("content-type") == "image/png");
  CHECK(shown.header("cache-control") == "public, max-age=300");
  CHECK(room.server.get(path, native::nobody.with("range", "bytes=1-3")).body == "PNG");
  CHECK(room.world.bucket.objects.contains("courses/" + room.course_id + "/thumbnail"));
  CHECK(room.server.del(path, room.stranger).status == 404);
  CHECK(room.server.del(path, room.creator).status == 204);
  CHECK(room.server.del(path, room.creator).status == 204);
  CHECK(room.server.get(path).status == 404);
  CHECK(room.server.get(room.course).json()["thumbnailUrl"].is_null());
  CHECK(room.server.get("/api/courses/..%2F..%2Fx/thumbnail").status == 404);
}
