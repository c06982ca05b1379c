#include <array>
#include <map>
#include <set>

#include "simulation/parts.h"
#include "simulation/parts/departures.h"
#include "simulation/parts/draw.h"

namespace isthmus::simulation {

namespace {

/// Something that people are told of.
struct Cause {
  std::string_view what;  ///< a mail's template, or a notice's kind
  std::string_view when;  ///< of a trigger
  std::string_view who, cause;
  std::string_view condition = "1";
};
constexpr std::string_view began =
    "UPDATE OF status ON enrollments WHEN NEW.status = 'enrolled' AND OLD.status <> 'enrolled'";
constexpr std::string_view is_booked = "INSERT ON sessions";
constexpr std::string_view is_moved = "UPDATE OF starts_at ON sessions WHEN NEW.starts_at <> OLD.starts_at";
constexpr std::string_view is_cancelled = "UPDATE OF status ON sessions WHEN NEW.status = 'cancelled'";
constexpr std::string_view has_taken_place = "UPDATE OF status ON sessions WHEN NEW.status = 'completed'";
constexpr std::string_view was_missed = "UPDATE OF status ON sessions WHEN NEW.status = 'no_show'";
constexpr std::string_view is_certified = "INSERT ON certificates";
constexpr std::string_view is_asked_for = "INSERT ON course_teachers WHEN NEW.status = 'applied'";
constexpr std::string_view is_asked_for_again =
    "UPDATE OF status ON course_teachers WHEN NEW.status = 'applied' AND OLD.status <> 'applied'";
constexpr std::string_view is_decided =
    "INSERT ON audit_log WHEN NEW.action IN ('teaching.approve', 'teaching.decline', 'teaching.end')";
constexpr std::string_view has_come_back = "INSERT ON refunds WHEN NEW.transaction_id IS NOT NULL";
constexpr std::string_view session = "'session:' || NEW.id";
constexpr std::string_view change = "'session:' || NEW.id || ':' || NEW.sequence";
constexpr std::string_view enrollment = "'enrollment:' || NEW.id";
constexpr std::string_view certificate = "'certificate:' || NEW.id";
constexpr std::string_view application =
    "'teaching:' || NEW.course_id || ':' || NEW.teacher_id || ':' || NEW.applied_at";
constexpr std::string_view decision =
    "'teaching:' || (NEW.details ->> 'courseId') || ':' || NEW.target_id || ':' || NEW.created_at";
constexpr std::string_view creator = "(SELECT creator_id FROM courses WHERE id = NEW.course_id)";
constexpr std::string_view payer =
    "(SELECT e.student_id FROM transactions x JOIN enrollments e ON e.id = x.enrollment_id WHERE x.id = "
    "NEW.transaction_id)";
constexpr std::string_view refund = "'refund:' || NEW.stripe_charge_id || ':' || NEW.cumulative_cents";

constexpr std::array mailed{
    Cause{"verify_email", "INSERT ON one_time_tokens WHEN NEW.purpose = 'verify_email'", "NEW.user_id",
          "NEW.token_hash"},
    Cause{"reset_password", "INSERT ON one_time_tokens WHEN NEW.purpose = 'reset_password'", "NEW.user_id",
          "NEW.token_hash"},
    Cause{"password_changed", "UPDATE OF password_hash ON users WHEN NEW.token_version > OLD.token_version", "NEW.id",
          "(SELECT token_hash FROM one_time_tokens WHERE user_id = NEW.id AND purpose = 'reset_password' AND used_at = "
          "NEW.updated_at)",
          "NEW.password_hash IS NOT NULL"},
    Cause{"enrollment_confirmed", began, "NEW.student_id", enrollment},
    Cause{"new_student", began, "NEW.teacher_id", enrollment},
    Cause{"payment_refunded", has_come_back, payer, refund},
    // Of what came back before its payment was known the whole is told.
    Cause{"payment_refunded", "UPDATE OF transaction_id ON refunds WHEN OLD.transaction_id IS NULL", payer, refund,
          "NEW.cumulative_cents = (SELECT max(cumulative_cents) FROM refunds WHERE stripe_payment_intent_id = "
          "NEW.stripe_payment_intent_id)"},
    Cause{"certificate_issued", is_certified, "NEW.holder_id", certificate},
    Cause{"teaching_requested", is_asked_for, creator, application},
    Cause{"teaching_requested", is_asked_for_again, creator, application},
    Cause{"teaching_decided", is_decided, "NEW.target_id", decision},
    Cause{"payout_paid", "INSERT ON payouts WHEN NEW.status = 'paid'", "NEW.user_id",
          "'payout:' || NEW.stripe_payout_id"},
    Cause{"payout_paid", "UPDATE OF status ON payouts WHEN NEW.status = 'paid'", "NEW.user_id",
          "'payout:' || NEW.stripe_payout_id"},
    Cause{"payout_failed", "INSERT ON payouts WHEN NEW.status = 'failed'", "NEW.user_id",
          "'payout:' || NEW.stripe_payout_id"},
    Cause{"payout_failed", "UPDATE OF status ON payouts WHEN NEW.status = 'failed'", "NEW.user_id",
          "'payout:' || NEW.stripe_payout_id"},
    Cause{"session_completed", has_taken_place, "NEW.student_id", session},
    Cause{"session_completed", has_taken_place, "NEW.teacher_id", session},
    Cause{"session_missed", was_missed, "NEW.student_id", session},
    Cause{"session_missed", was_missed, "NEW.teacher_id", session},
    Cause{"session_booked", is_booked, "NEW.student_id", change},
    Cause{"session_booked", is_booked, "NEW.teacher_id", change},
    Cause{"session_moved", is_moved, "NEW.student_id", change},
    Cause{"session_moved", is_moved, "NEW.teacher_id", change},
    Cause{"session_cancelled", is_cancelled, "NEW.student_id", change},
    Cause{"session_cancelled", is_cancelled, "NEW.teacher_id", change},
};

constexpr std::array noticed{
    Cause{"session_booked", is_booked, "NEW.teacher_id", change},
    Cause{"session_cancelled", is_cancelled, "NEW.student_id", change, "NEW.cancelled_by IS NOT NEW.student_id"},
    Cause{"session_cancelled", is_cancelled, "NEW.teacher_id", change, "NEW.cancelled_by IS NOT NEW.teacher_id"},
    Cause{"session_completed", has_taken_place, "NEW.student_id", session},
    Cause{"session_completed", has_taken_place, "NEW.teacher_id", session},
    Cause{"session_missed", was_missed, "NEW.student_id", session},
    Cause{"session_missed", was_missed, "NEW.teacher_id", session},
    Cause{"completion_recommended",
          "UPDATE OF recommended_at ON enrollments WHEN NEW.recommended_at IS NOT NULL AND OLD.recommended_at IS NULL",
          creator, enrollment, "NEW.teacher_id <> (SELECT creator_id FROM courses WHERE id = NEW.course_id)"},
    Cause{"certificate_issued", is_certified, "NEW.holder_id", certificate},
    Cause{"certificate_revoked",
          "UPDATE OF revoked_at ON certificates WHEN NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL",
          "NEW.holder_id", certificate},
    Cause{"teaching_requested", is_asked_for, creator, application},
    Cause{"teaching_requested", is_asked_for_again, creator, application},
    Cause{"teaching_decided", is_decided, "NEW.target_id", decision, "NEW.action <> 'teaching.end'"},
    Cause{"review_received", "INSERT ON reviews", "NEW.subject_id", "'session:' || NEW.session_id"},
    Cause{"refund_settled", has_come_back, payer, refund},
    Cause{"post_removed", "UPDATE OF status ON posts WHEN NEW.status = 'removed'", "NEW.author_id",
          "'post:' || NEW.id"},
};

/// Notes in the very batch what people are to be told of, and what they are told. Who has gone gets no notice.
void prepare(Life& life) {
  auto& database = life.world.database;
  database.execute("CREATE TEMP TABLE causes (key TEXT)");
  database.execute("CREATE TEMP TABLE told (key TEXT)");
  int number = 0;
  const auto note = [&](std::string_view kind, const Cause& one, std::string_view also) {
    std::string text = "CREATE TEMP TRIGGER cause_" + std::to_string(++number) + " AFTER ";
    text.append(one.when).append(" BEGIN INSERT INTO causes SELECT '").append(kind).append(":").append(one.what);
    text.append(":' || ").append(one.who).append(" || ':' || ").append(one.cause).append(" WHERE ");
    text.append(one.condition).append(also).append("; END");
    database.execute(text);
  };
  for (const Cause& one : mailed) note("mail", one, "");
  std::string kinds;
  for (const Cause& one : noticed) {
    note("notice", one,
         " AND EXISTS (SELECT 1 FROM users WHERE deleted_at IS NULL AND id = " + std::string(one.who) + ")");
    kinds.append(kinds.empty() ? "'" : ", '").append(one.what).append("'");
  }
  database.execute(
      "CREATE TEMP TRIGGER told_by_mail AFTER INSERT ON outbox WHEN NEW.kind = 'mail' AND NEW.dedupe_key NOT LIKE "
      "'mail:session!_reminder:%' ESCAPE '!' BEGIN INSERT INTO told VALUES (NEW.dedupe_key); END");
  database.execute("CREATE TEMP TRIGGER told_by_notice AFTER INSERT ON notifications WHEN NEW.kind IN (" + kinds +
                   ") BEGIN INSERT INTO told VALUES ('notice:' || NEW.kind || ':' || NEW.user_id || ':' || "
                   "NEW.cause); END");
}

/// What a mail is about: its link, which names the enrollment or carries the token.
std::string cause_of(const MailProvider::Sent& mail) {
  const auto at = mail.text.find("https://app.example.org/");
  if (at == std::string::npos) return {};
  const std::string_view rest = std::string_view(mail.text).substr(at);
  return std::string(rest.substr(0, rest.find_first_of(" \n\r")));
}

/// The mails that were looked at before, by what queued them.
struct Told {
  std::size_t looked_at = 0;
  std::set<std::string> outbox_ids;
};

/// What queued a mail, once for each cause, is mailed once.
std::string told_twice(Life& life) {
  auto& told = life.belongings.of<Told>();
  for (; told.looked_at < life.resend.sent.size(); ++told.looked_at) {
    const auto& mail = life.resend.sent[told.looked_at];
    // Nobody could tell whether a mail went out whose answer was lost for longer than its key is remembered.
    if (!told.outbox_ids.insert(mail.outbox_id).second && !mail.is_repeated)
      return mail.mail + " to " + mail.to + " about " + cause_of(mail) + " by " + mail.outbox_id;
  }
  return {};
}

std::string sent_elsewhere(Life& life) {
  for (const auto& mail : life.resend.sent) {
    std::string owner = life.find(
        "SELECT u.email FROM outbox o JOIN users u ON u.id = substr(o.dedupe_key, 6 + instr(substr(o.dedupe_key, 6), "
        "':'), 36) WHERE o.id = ?1",
        {mail.outbox_id});
    if (owner.ends_with("@deleted.invalid"))
      owner = life.belongings.of<Departures>().addresses[owner.substr(0, owner.find('@'))];
    if (owner != mail.to) return mail.mail + " of " + owner + " went to " + mail.to;
  }
  return {};
}

/// What was queued and not withdrawn has gone out, unless there is nobody to take it.
std::string not_sent(Life& life) {
  std::set<std::string> sent;
  for (const auto& mail : life.resend.sent) sent.insert(mail.outbox_id);
  for (const std::string& id :
       ids(life,
           "SELECT o.id FROM outbox o WHERE kind = 'mail' AND delivered_at > 0 AND last_error IS NULL AND NOT EXISTS "
           "(SELECT 1 FROM emails m WHERE m.outbox_id = o.id AND m.error LIKE 'not sent: %')"))
    if (!sent.contains(id)) return id + " counts as delivered and was not sent";
  return {};
}

/// What Resend told of its mails.
struct MailNews {
  struct One {
    std::string mail_id, address, status;  ///< "released", of no mail: Resend sends to the address again
    bool is_for_good = false;              ///< the address will take nothing any more
    Timestamp at;
    bool is_good() const { return status == "delivered" || status == "released"; }
  };
  std::vector<One> told;
};

/// Resend tells what became of a mail.
Script<> hear_of_mail(Person& person) {
  Life& life = person.life;
  Dice& dice = person.dice();
  auto& told = life.belongings.of<MailNews>().told;
  // Of two of one moment nobody can tell which is newer.
  while (!told.empty() && told.back().at >= life.now()) co_await life.wait(1);
  constexpr auto fates = std::to_array<std::string_view>({"delivered", "delivered", "delivered", "delivery_delayed",
                                                          "bounced", "complained", "failed", "suppressed", "released"});
  std::size_t which = dice.below(life.resend.sent.size());
  // Often there is more news of one address.
  if (!told.empty() && dice.one_in(2))
    for (std::size_t i = 0; i < life.resend.sent.size() && life.resend.sent[which].to != told.back().address; ++i)
      which = (which + 1) % life.resend.sent.size();
  const auto& mail = life.resend.sent[which];
  std::string type(dice.pick(fates));
  // Whoever hears that an address takes nothing may set that right.
  if (!told.empty() && told.back().is_for_good && told.back().address == mail.to && dice.one_in(2)) type = "released";
  const bool is_for_good = (type == "bounced" || type == "suppressed") && dice.one_in(3);
  if (type == "suppressed" && !is_for_good) type = "delivered";
  const bool is_release = type == "released";
  Json data = is_release ? Json{{"email", mail.to}}
                         : Json{{"email_id", mail.id}, {"to", {mail.to}}, {"tags", {{"outbox_id", mail.outbox_id}}}};
  if (type == "bounced")
    data["bounce"] = {{"type", is_for_good ? "Permanent" : "Transient"}, {"subType", "General"}, {"message", mail.to}};
  const std::string body = Json{
      {"type", is_release ? "suppression.removed" : "email." + type},
      {"created_at", to_rfc3339(life.now())},
      {"data", data}}.dump();
  std::string id = "msg_" + std::to_string(told.size() + 1);
  told.push_back(
      {is_release ? "" : mail.id, mail.to, type == "delivery_delayed" ? "delayed" : type, is_for_good, life.now()});
  life.note(id, "Resend has news: " + mail.id + " is " + type + (is_for_good ? " for good" : ""));
  life.post(id, [&life, id, body] { return life.resend.delivery(id, body); });
}

/// Each mail stands as the latest news of it say, and its address with it.
std::string mails_unlike_resend(Life& life) {
  std::map<std::string, std::string> latest;
  for (const auto& one : life.belongings.of<MailNews>().told) {
    latest[one.mail_id] = one.status;
    const std::string owner = life.find(
        "SELECT email_status, marketing_opt_out FROM users WHERE deleted_at IS NULL AND email = ?2 "
        "AND (?1 = '' OR id = (SELECT user_id FROM emails WHERE provider_email_id = ?1))",
        {one.mail_id, one.address});
    if (owner.empty()) continue;
    const auto& told = life.belongings.of<MailNews>().told;
    const auto is_newer = [&](const MailNews::One& other) {
      return other.address == one.address && other.at > one.at && (other.is_for_good || other.is_good());
    };
    const bool is_refused = owner.starts_with("bounced") || owner.starts_with("suppressed");
    if ((one.is_for_good || one.is_good()) && std::ranges::none_of(told, is_newer) && one.is_for_good != is_refused)
      return unlike(one.address, one.status, owner);
    if (one.status == "complained" && !owner.ends_with('1')) return one.address + " has complained, and was not heard";
  }
  for (const auto& [mail, status] : latest) {
    const std::string known = life.find("SELECT status FROM emails WHERE provider_email_id = ?1", {mail});
    if (!known.empty() && known != status) return unlike(mail, status, known);
  }
  return {};
}

/// The addresses that take nothing, with when that was seen first.
struct Refused {
  std::uint64_t noted_at = 0;
  std::size_t looked_at = 0;
  std::map<std::string, Timestamp> since;
};

/// What was under way may still arrive for as long as a request lives; what its reader asked for is sent all the same.
std::string mailed_in_vain(Life& life) {
  auto& [noted_at, looked_at, since] = life.belongings.of<Refused>();
  const std::string refused = "SELECT email FROM users WHERE email_status IN ('bounced', 'suppressed')";
  const std::uint64_t written = life.world.database.written_at(refused);
  if (std::exchange(noted_at, written) != written) {
    std::map<std::string, Timestamp> known;
    for (const std::string& address : ids(life, refused))
      known.emplace(address, since.contains(address) ? since.at(address) : life.now());
    since = std::move(known);
  }
  for (; looked_at < life.resend.sent.size(); ++looked_at) {
    const auto& mail = life.resend.sent[looked_at];
    if (mail.mail == "verify_email" || mail.mail == "reset_password") continue;
    if (const auto known = since.find(mail.to); known != since.end() && mail.at > known->second + 2 * minute)
      return mail.mail + " to " + mail.to;
  }
  return {};
}

constexpr std::array deeds{
    Deed{"hear what became of a mail", 4,
         [](Person& person) { return person.number == 0 && !person.life.resend.sent.empty(); }, hear_of_mail},
};

constexpr std::array laws{
    Law{"a mail and its address stand as Resend says", Law::When::in_the_end, "", mails_unlike_resend},
    Law{"no mail goes to an address that takes none", Law::When::always, "", mailed_in_vain},
    Law{"one cause sends one mail", Law::When::always, "", told_twice},
    Law{"what is told has happened", Law::When::in_the_end,
        // Of two payouts' news of one moment the older one may still be told.
        "SELECT key FROM told WHERE key NOT LIKE 'mail:payout%' EXCEPT SELECT key FROM causes"},
    Law{"who is concerned is told", Law::When::in_the_end, "SELECT key FROM causes EXCEPT SELECT key FROM told"},
    Law{"one cause is told once", Law::When::in_the_end, "SELECT key FROM told GROUP BY key HAVING count(*) > 1"},
    Law{"a mail goes to whom it concerns", Law::When::in_the_end, "", sent_elsewhere},
    Law{"what is queued is sent", Law::When::in_the_end, "", not_sent},
};

}  // namespace

const Part mails{"mails", deeds, laws, prepare};

}  // namespace isthmus::simulation
