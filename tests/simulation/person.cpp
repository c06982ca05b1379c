#include "simulation/person.h"

#include <algorithm>
#include <array>

namespace isthmus::simulation {

namespace {

constexpr std::array<std::string_view, 10> names{"ana",  "ben",   "carla", "dinis", "eva",
                                                 "filo", "goran", "hilde", "ivo",   "jana"};

std::string name_of_number(int number) {
  const auto index = static_cast<std::size_t>(number);
  return index < names.size() ? std::string(names.at(index)) : "person" + std::to_string(number);
}

}  // namespace

Person::Person(Life& in, int with_number)
    : life(in),
      number(with_number),
      name(name_of_number(with_number)),
      email(name + "@example.org"),
      password("the first password of " + name),
      dice_(in.dice.fork("person", static_cast<std::uint64_t>(with_number))) {}

Script<> Person::live() {
  const int most = std::min(static_cast<int>(20 + dice_.below(50)), life.plan.deeds);
  for (int done = 0; done < most && !life.stopped(); ++done) {
    // Most things follow each other quickly; now and then somebody sleeps, or forgets about it all for a day.
    const Millis pause = dice_.one_in(40)  ? dice_.between(hour, 26 * hour)
                         : dice_.one_in(6) ? dice_.between(5 * minute, 80 * minute)
                                           : dice_.between(0, 40 * second);
    co_await life.wait(pause);
    look_around();
    std::vector<const Deed*> possible;
    for (const Part* part : parts())
      for (const Deed& deed : part->deeds)
        if (deed.possible(*this)) possible.insert(possible.end(), deed.weight * life.eagerness(*part), &deed);
    if (possible.empty()) continue;
    const Deed& deed = *dice_.pick(possible);
    doing = deed.name;
    life.note(name, std::string("wants to ") + std::string(deed.name));
    const std::size_t said = life.trace().size();
    const int expected_before = expected;
    co_await deed.run(*this);
    // What asks nobody for anything has happened once there is something to say of it.
    if (expected == expected_before && life.trace().size() > said) succeed();
    life.check_laws(Law::When::always);
  }
}

Outgoing Person::request(std::string method, std::string target, const Json& body, const How& how) const {
  Outgoing outgoing{std::move(method), std::move(target), {}, {}};
  outgoing.headers.push_back({"cf-connecting-ip", "10.0.0." + std::to_string(number + 1)});
  if (how.signed_in && signed_in()) outgoing.headers.push_back({"authorization", "Bearer " + access_token});
  if (!how.idempotency_key.empty()) outgoing.headers.push_back({"idempotency-key", how.idempotency_key});
  if (!how.file.empty()) {
    outgoing.headers.push_back({"content-type", "application/octet-stream"});
    outgoing.body = how.file;
  } else if (!body.is_null()) {
    outgoing.headers.push_back({"content-type", "application/json"});
    outgoing.body = body.dump();
  }
  return outgoing;
}

Script<std::optional<Reply>> Person::ask(std::string method, std::string target, Json body, How how) {
  bool refreshed = false;
  std::optional<Reply> reply;
  for (int tried = 1;; ++tried) {
    const auto number_of_request = static_cast<std::uint64_t>(++requests_);
    const std::string who = name + '.' + std::to_string(number_of_request);
    std::string asked = method;
    asked.append(1, ' ').append(target);
    if (!how.idempotency_key.empty()) asked.append(" under ").append(how.idempotency_key);
    life.note(who, std::move(asked));
    const std::string used = access_token;
    reply = co_await life.send(who, dice_.fork("request", number_of_request), request(method, target, body, how));
    if (life.stopped()) break;
    if (reply && reply->status == 401 && how.signed_in && !refreshed && reply->code() == "token_expired") {
      refreshed = true;
      if (co_await refresh_tokens(*this)) {
        --tried;
        continue;
      }
    }
    // Signs out here as well, unless somebody signed in again meanwhile.
    if (reply && reply->status == 401 && how.signed_in && reply->code() == "session_ended" && access_token == used) {
      access_token.clear();
      refresh_token.clear();
    }
    const bool again = !reply || reply->status == 503 || reply->status == 429 ||
                       (reply->status == 409 && reply->code() == "idempotency_key_in_use");
    if (!again || tried >= how.tries) break;
    co_await life.wait(dice_.one_in(3) ? dice_.between(minute, 3 * minute) : dice_.between(500, 10 * second));
  }
  co_return reply;
}

Script<> Person::one_of_two(std::shared_ptr<Both> both, std::size_t which, Outgoing outgoing) {
  const auto number_of_request = static_cast<std::uint64_t>(++requests_);
  const std::string who = name + '.' + std::to_string(number_of_request);
  life.note(who, outgoing.method + ' ' + outgoing.target + " from one of two tabs");
  both->replies.at(which) = co_await life.send(who, dice_.fork("request", number_of_request), std::move(outgoing));
  if (--both->left == 0 && both->waiting) life.resume_soon(both->waiting);
}

Script<std::vector<std::optional<Reply>>> Person::ask_at_once(Ask first, Ask next, How how) {
  const auto both = std::make_shared<Both>();
  auto in_one = one_of_two(both, 0, request(first.method, first.target, first.body, how));
  auto in_other = one_of_two(both, 1, request(next.method, next.target, next.body, how));
  in_one.start();
  in_other.start();
  struct Finish {
    Both& both;
    bool await_ready() const { return both.left == 0; }
    void await_suspend(std::coroutine_handle<> self) const { both.waiting = self; }
    void await_resume() const {}
  };
  co_await Finish{*both};
  co_return both->replies;
}

Script<std::vector<std::optional<Reply>>> Person::ask_twice(std::string method, std::string target, Json body,
                                                            How how) {
  Ask ask{std::move(method), std::move(target), std::move(body)};
  co_return co_await ask_at_once(ask, ask, std::move(how));
}

void Person::look_around() {
  standing = {};
  if (id.empty()) return;
  const ResultSet row = life.world.database.execute(R"(
      SELECT EXISTS (SELECT 1 FROM user_roles WHERE user_id = ?1 AND role IN ('creator', 'studentTeacher')),
             EXISTS (SELECT 1 FROM user_roles WHERE user_id = ?1 AND role = 'admin'),
             EXISTS (SELECT 1 FROM courses c WHERE c.status = 'published' AND c.creator_id <> ?1 AND NOT EXISTS
                     (SELECT 1 FROM enrollments e WHERE e.student_id = ?1 AND e.course_id = c.id
                      AND e.status IN ('enrolled', 'completed'))),
             EXISTS (SELECT 1 FROM enrollments WHERE student_id = ?1 AND status = 'enrolled'),
             EXISTS (SELECT 1 FROM sessions WHERE (student_id = ?1 OR teacher_id = ?1) AND status = 'scheduled'),
             EXISTS (SELECT 1 FROM enrollments e JOIN courses c ON c.id = e.course_id
                     WHERE (c.creator_id = ?1 OR e.teacher_id = ?1) AND e.status = 'enrolled'),
             EXISTS (SELECT 1 FROM payment_splits WHERE recipient_id = ?1),
             EXISTS (SELECT 1 FROM availability WHERE teacher_id = ?1),
             EXISTS (SELECT 1 FROM users WHERE id = ?1 AND stripe_account_status = 'active'),
             EXISTS (SELECT 1 FROM payment_splits s JOIN users u ON u.id = s.recipient_id
                     WHERE s.status = 'approved' AND u.stripe_account_status = 'active'),
             EXISTS (SELECT 1 FROM outbox WHERE dead_at IS NOT NULL),
             EXISTS (SELECT 1 FROM users WHERE suspended_at IS NOT NULL AND deleted_at IS NULL),
             EXISTS (SELECT 1 FROM user_roles WHERE user_id = ?1 AND role IN ('moderator', 'admin')),
             EXISTS (SELECT 1 FROM sessions WHERE (student_id = ?1 OR teacher_id = ?1) AND status = 'completed'),
             EXISTS (SELECT 1 FROM enrollments WHERE student_id = ?1 AND status IN ('enrolled', 'completed'))
               OR EXISTS (SELECT 1 FROM courses WHERE creator_id = ?1)
               OR EXISTS (SELECT 1 FROM course_teachers WHERE teacher_id = ?1 AND status = 'approved'),
             EXISTS (SELECT 1 FROM certificates k JOIN enrollments e ON e.id = k.enrollment_id
                     WHERE k.holder_id = ?1 AND k.revoked_at IS NULL AND e.status = 'completed' AND NOT EXISTS
                     (SELECT 1 FROM course_teachers t WHERE t.course_id = k.course_id AND t.teacher_id = ?1
                      AND t.status <> 'withdrawn')),
             EXISTS (SELECT 1 FROM course_teachers t JOIN courses c ON c.id = t.course_id
                     WHERE c.creator_id = ?1 AND t.status = 'applied'))",
                                                    {id});
  const auto is = [&](std::size_t column) { return std::get<std::int64_t>(row.cells.at(column)) == 1; };
  standing = {is(0), is(1),  is(2),  is(3),  is(4),  is(5),  is(6),  is(7), is(8),
              is(9), is(10), is(11), is(12), is(13), is(14), is(15), is(16)};
}

bool Person::expect(const std::optional<Reply>& reply, std::vector<int> statuses) {
  ++expected;
  const bool is_foreseen = foresee(reply, statuses);
  if (is_foreseen && (reply->status == statuses.front() || reply->status < 300)) succeed();
  return is_foreseen;
}

bool Person::foresee(const std::optional<Reply>& reply, const std::vector<int>& statuses) {
  if (!reply) return false;
  if (std::ranges::contains(statuses, reply->status)) return true;
  const bool busy = reply->status == 503 || reply->status == 429;
  const bool in_use = reply->status == 409 && reply->code() == "idempotency_key_in_use";
  if ((busy || in_use) && (!life.weather.calm() || reply->status != 503)) return false;
  life.violate("only foreseen answers come", name + " wanted to " + std::string(doing) + " and got " +
                                                 std::to_string(reply->status) + ' ' + reply->body);
  return false;
}

}  // namespace isthmus::simulation
