#include "peerloop/video/recordings.h"

#include <doctest/doctest.h>

#include "native/session_room.h"
#include "peerloop/video/forget.h"

using namespace isthmus;
using native::FakePlugNmeet;
using native::Fate;
using native::Json;
using native::SessionRoom;
using peerloop::recording_part;

namespace {

/// A session that took place, and a recording of it at the provider.
class Recorded : public SessionRoom {
 public:
  explicit Recorded(std::uint64_t bytes, std::uint64_t seed = 1) : SessionRoom(seed) {
    at(0);
    join(student);
    video.recordings["rec-1"] = {bytes};
  }

  Json ready() {
    return video.event(
        "recording_proceeded", session_id, "RM_1",
        {{"recording_info", {{"record_id", "rec-1"}, {"file_path", "a/rec-1.mp4"}, {"file_size", 12.5}}}});
  }
  std::string path() const { return "/api/sessions/" + session_id + "/recording"; }
  std::string status() { return text("SELECT status FROM recordings"); }
  const native::BucketContents::Object* object() {
    return world.bucket.objects.empty() ? nullptr : &world.bucket.objects.begin()->second;
  }
  /// Cron every minute until the recording is stored or given up.
  void wait() {
    for (int runs = 0; runs < 200 && status() != "stored" && status() != "failed"; ++runs) {
      world.scheduler.advance(minute);
      cron();
    }
  }
};

constexpr std::uint64_t two_and_a_half = recording_part * 2 + recording_part / 2;

}  // namespace

TEST_CASE("a recording is copied in parts, and both can watch it") {
  Recorded room(two_and_a_half);
  CHECK(room.server.get(room.path(), room.student).status == 404);
  CHECK(room.deliver(room.ready()).json()["outcome"] == "processed");
  const auto not_yet = room.server.get(room.path(), room.student);
  CHECK(not_yet.status == 409);
  CHECK(not_yet.code() == "recording_not_ready");
  CHECK(not_yet.json()["details"]["status"] == "copying");
  room.wait();
  REQUIRE(room.status() == "stored");
  REQUIRE(room.object() != nullptr);
  CHECK(room.object()->bytes == FakePlugNmeet::bytes_of(0, two_and_a_half));
  CHECK(room.object()->content_type == "video/mp4");
  CHECK(room.world.bucket.objects.begin()->first.starts_with("recordings/" + room.session_id + "/"));
  CHECK(room.video.parts_asked.size() == 3);
  CHECK(room.count("SELECT count(*) FROM recording_parts") == 0);
  CHECK(room.count("SELECT count(*) FROM notifications WHERE kind = 'recording_ready'") == 2);
  CHECK(room.world.bucket.uploads.empty());

  const auto whole = room.server.head(room.path(), room.teacher);
  CHECK(whole.status == 200);
  CHECK(whole.has_header("etag"));
  const auto part =
      room.server.get(room.path(), room.student.caller.with("range", "bytes=" + std::to_string(recording_part - 2) +
                                                                         "-" + std::to_string(recording_part + 1)));
  CHECK(part.status == 206);
  CHECK(part.body == FakePlugNmeet::bytes_of(recording_part - 2, 4));
  CHECK(room.server.get(room.path(), room.student.caller.with("if-none-match", whole.header("etag"))).status == 304);
  CHECK(room.server.get(room.path(), room.other).status == 404);
  CHECK(room.server.get(room.path()).status == 401);
  const std::string id = room.text("SELECT id FROM recordings");
  CHECK(room.server.head(room.path() + "?recordingId=" + id, room.student).status == 200);
  CHECK(room.server.get(room.path() + "?recordingId=" + room.session_id, room.student).status == 404);
  CHECK(room.server.get(room.path() + "?recordingId=x", room.student).status == 400);
}

TEST_CASE("a recording stays while one of its two has an account, and goes with the second") {
  Recorded room(two_and_a_half);
  const auto leaves = [&](const native::TestUser& who) {
    native::StandaloneHost standalone(room.world);
    room.world.database.execute("UPDATE users SET deleted_at = updated_at WHERE id = ?1", {who.id});
    CHECK(native::run(room.world,
                      standalone.host().database.write(peerloop::forget_recordings(standalone.host(), who.id)))
              .has_value());
  };
  CHECK(room.deliver(room.ready()).json()["outcome"] == "processed");
  bool is_stored = true;
  SUBCASE("when it is there") { room.wait(); }
  SUBCASE("when it is on its way") { is_stored = false; }
  leaves(room.student);
  if (is_stored) room.cron();
  CHECK(room.count("SELECT count(*) FROM recordings") == 1);
  const std::string key = room.text("SELECT object_key FROM recordings");
  if (is_stored) CHECK(room.object() != nullptr);
  leaves(room.teacher);
  room.cron();
  CHECK(room.count("SELECT count(*) FROM recordings") + room.count("SELECT count(*) FROM recording_parts") == 0);
  CHECK(room.world.bucket.objects.empty());
  CHECK(room.world.bucket.uploads.empty());
  // Made by who had all its parts already.
  room.world.bucket.objects[key] = {"video/mp4", "late", "\"late\"", room.world.now()};
  room.world.scheduler.advance(10 * minute);
  room.cron();
  CHECK(room.world.bucket.objects.empty());
  CHECK(room.deliver(room.video.event("recording_proceeded", room.session_id, "RM_1",
                                      {{"recording_info", {{"record_id", "rec-2"}, {"file_path", "a/rec-2.mp4"}}}}))
            .json()["outcome"] == "ignored");
}

TEST_CASE("a recording one byte around a part's size arrives whole") {
  for (const std::uint64_t bytes : {std::uint64_t{1}, recording_part - 1, recording_part, recording_part + 1}) {
    CAPTURE(bytes);
    Recorded room(bytes);
    room.deliver(room.ready());
    room.wait();
    REQUIRE(room.object() != nullptr);
    CHECK(room.object()->bytes.size() == bytes);
    CHECK(room.video.parts_asked.size() == (bytes + recording_part - 1) / recording_part);
  }
}

TEST_CASE("a long recording takes several runs, and each asks for an address of its own") {
  constexpr std::uint64_t bytes = recording_part * 5 + 5;
  Recorded room(bytes);
  room.world.fates = [](const native::HostCall& call) -> Fate {
    return {Fate::Fault::none, call.operation == "copy_part" ? 20 * second : 0, 0};
  };
  room.deliver(room.ready());
  const auto begun = room.world.now();
  room.wait();
  CHECK(room.status() == "stored");
  CHECK(room.video.parts_asked.size() == 6);
  CHECK(room.object()->bytes.size() == bytes);
  CHECK(room.world.now() - begun > 2 * minute);
  CHECK(room.video.calls("/recording/getDownloadToken") == 3);
}

TEST_CASE("news of a recording that come twice make one, and of unknown rooms none") {
  Recorded room(1000);
  const Json event = room.ready();
  CHECK(room.deliver(event).json()["outcome"] == "processed");
  CHECK(room.deliver(event).json()["outcome"] == "duplicate");
  CHECK(room.deliver(room.ready()).json()["outcome"] == "ignored");
  Json foreign = room.ready();
  foreign["room"]["room_id"] = "somebody-elses";
  foreign["recording_info"]["record_id"] = "rec-2";
  CHECK(room.deliver(foreign).json()["outcome"] == "ignored");
  room.wait();
  CHECK(room.count("SELECT count(*) FROM recordings") == 1);
  CHECK(room.world.bucket.objects.size() == 1);
}

TEST_CASE("whatever breaks off, the copy goes on behind the last part") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    Recorded room(recording_part * 2 + 77, seed);
    auto& scheduler = room.world.scheduler;
    room.world.fates = [&](const native::HostCall& call) -> Fate {
      Fate fate;
      if (call.operation == "copy_part") fate.before = 10 * second;
      const bool may_fail = call.port == "bucket" || call.port == "http";
      if (may_fail && scheduler.draw(3) == 0)
        fate.fault = scheduler.draw(2) == 0 ? Fate::Fault::not_done : Fate::Fault::answer_lost;
      return fate;
    };
    room.deliver(room.ready());
    room.wait();
    room.world.fates = nullptr;
    REQUIRE(room.status() == "stored");
    REQUIRE(room.object() != nullptr);
    CHECK(room.world.bucket.objects.rbegin()->second.bytes == FakePlugNmeet::bytes_of(0, recording_part * 2 + 77));
    CHECK(room.count("SELECT count(*) FROM notifications WHERE kind = 'recording_ready'") == 2);
  }
}

TEST_CASE("an object that may be there already is looked for again, and not left behind for a new one") {
  Recorded room(1000);
  room.deliver(room.ready());
  int joined = 0, looked_for = 0;
  room.world.fates = [&](const native::HostCall& call) -> Fate {
    if (call.operation == "finish_upload" && ++joined == 1) return {Fate::Fault::answer_lost, 0, 0};
    if (call.operation == "open" && ++looked_for <= 2) return {Fate::Fault::not_done, 0, 0};
    return {};
  };
  room.wait();
  CHECK(room.status() == "stored");
  CHECK(joined == 3);
  CHECK(room.world.bucket.objects.size() == 1);
  CHECK(room.count("SELECT uploads FROM recordings") == 1);
}

TEST_CASE("a run that dies in the middle loses the part that it was at, and no other") {
  Recorded room(recording_part * 3);
  room.deliver(room.ready());
  room.world.fates = [&](const native::HostCall& call) -> Fate {
    Fate fate;
    if (call.operation == "copy_part") fate.before = 20 * second;
    return fate;
  };
  {
    native::StandaloneHost standalone(room.world);
    auto run = peerloop::copy_recordings(standalone.host());
    run.resume();
    room.world.scheduler.run_until(room.world.now() + 30 * second);
    CHECK(room.count("SELECT parts_copied FROM recordings") == 1);
    // The isolate is gone here, with all that it held.
  }
  room.world.fates = nullptr;
  room.cron();
  CHECK(room.count("SELECT parts_copied FROM recordings") == 1);
  room.world.scheduler.advance(6 * minute);
  room.cron();
  CHECK(room.status() == "stored");
  CHECK(room.video.parts_asked.size() == 3);
  CHECK(room.object()->bytes == FakePlugNmeet::bytes_of(0, recording_part * 3));
}

TEST_CASE("runs of cron that overlap never copy the same part") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    Recorded room(recording_part * 3, seed);
    room.deliver(room.ready());
    auto& scheduler = room.world.scheduler;
    room.world.fates = [&](const native::HostCall&) -> Fate {
      return {Fate::Fault::none, static_cast<Millis>(scheduler.draw(3000)), 0};
    };
    native::StandaloneHost one(room.world), two(room.world);
    auto first = peerloop::copy_recordings(one.host());
    auto second_run = peerloop::copy_recordings(two.host());
    first.resume();
    second_run.resume();
    scheduler.run();
    room.world.fates = nullptr;
    CHECK(std::move(first).value().has_value());
    CHECK(std::move(second_run).value().has_value());
    CHECK(room.status() == "stored");
    CHECK(room.video.parts_asked.size() == 3);
  }
}

TEST_CASE("a recording that is another file now is copied anew") {
  Recorded room(two_and_a_half);
  room.deliver(room.ready());
  room.world.bucket.source = [&, serve = room.world.bucket.source](const PartSource& source) {
    if (room.video.parts_asked.size() == 2) room.video.recordings["rec-1"] = {recording_part + 9, "another day"};
    return serve(source);
  };
  room.wait();
  CHECK(room.status() == "stored");
  CHECK(room.object()->bytes == FakePlugNmeet::bytes_of(0, recording_part + 9));
  CHECK(room.count("SELECT uploads FROM recordings") == 2);
  CHECK(room.world.bucket.uploads.empty());
}

TEST_CASE("an upload that the bucket has forgotten begins anew") {
  Recorded room(two_and_a_half);
  room.deliver(room.ready());
  room.world.bucket.uploads.clear();
  room.wait();
  CHECK(room.status() == "stored");
  CHECK(room.count("SELECT uploads FROM recordings") == 2);
}

TEST_CASE("a server without ranges is as good as any where one part is all") {
  Recorded room(1000);
  room.video.recordings["rec-1"].knows_ranges = false;
  room.deliver(room.ready());
  room.wait();
  CHECK(room.status() == "stored");
}

TEST_CASE("a server without ranges is given up for a person to look at") {
  Recorded room(two_and_a_half);
  room.video.recordings["rec-1"].knows_ranges = false;
  room.deliver(room.ready());
  room.wait();
  CHECK(room.status() == "failed");
  CHECK(room.count("SELECT count(*) FROM audit_log WHERE action = 'recording.failed'") == 1);
  CHECK(room.server.get(room.path(), room.student).json()["details"]["status"] == "failed");
  CHECK(room.world.bucket.uploads.empty());
  SUBCASE("and taken up again when it is told again") {
    room.video.recordings["rec-1"].knows_ranges = true;
    CHECK(room.deliver(room.ready()).json()["outcome"] == "processed");
    room.wait();
    CHECK(room.status() == "stored");
  }
}

TEST_CASE("a recording that is gone at the provider ends, with as many tries as are reasonable") {
  Recorded room(two_and_a_half);
  room.deliver(room.ready());
  room.video.recordings.clear();
  for (int hours = 0; hours < 24 * 8; ++hours) {
    room.world.scheduler.advance(hour);
    room.cron();
  }
  CHECK(room.status() == "waiting");
  CHECK(room.count("SELECT count(*) FROM outbox WHERE kind = 'recording.copy' AND dead_at IS NOT NULL") == 1);
  CHECK(room.world.bucket.objects.empty());
}

TEST_CASE("a session with several recordings shows the newest that is there") {
  Recorded room(1000);
  room.deliver(room.ready());
  room.wait();
  room.world.scheduler.advance(hour);
  room.video.recordings["rec-2"] = {2000};
  Json second_one = room.ready();
  second_one["recording_info"]["record_id"] = "rec-2";
  second_one["recording_info"]["file_path"] = "a/b.webm";
  room.deliver(second_one);
  CHECK(room.server.head(room.path(), room.student).status == 200);
  room.world.scheduler.advance(minute);
  room.cron();
  const auto newest = room.server.get(room.path(), room.student);
  CHECK(newest.body.size() == 2000);
  CHECK(newest.header("content-type") == "video/webm");
}
