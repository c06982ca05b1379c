#include <array>
#include <set>

#include "simulation/parts.h"
#include "simulation/parts/departures.h"
#include "simulation/person.h"

namespace isthmus::simulation {

namespace {

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

/// Nobody hears of a payment that is not in the books.
std::string told_too_often(Life& life) {
  if (life.resend.count("enrollment_confirmed") >
      life.count("SELECT count(*) FROM enrollments WHERE enrolled_at IS NOT NULL"))
    return "more confirmations than enrollments";
  if (life.resend.count("payment_refunded") >
      life.count("SELECT count(*) FROM refunds WHERE transaction_id IS NOT NULL"))
    return "more mails about refunds than refunds";
  return {};
}

std::string sent_elsewhere(Life& life) {
  for (const auto& mail : life.resend.sent) {
    std::string owner = life.find(
        "SELECT u.email FROM outbox o JOIN users u ON o.dedupe_key LIKE 'mail:%:' || u.id || ':%' WHERE o.id = ?1",
        {mail.outbox_id});
    if (owner.ends_with("@deleted.invalid"))
      owner = life.belongings.of<Departures>().addresses[owner.substr(0, owner.find('@'))];
    if (owner != mail.to) return mail.mail + " of " + owner + " went to " + mail.to;
  }
  return {};
}

/// Each enrollment is confirmed to the student, and to who teaches.
std::string not_told(Life& life) {
  const std::int64_t confirmed = life.resend.count("enrollment_confirmed");
  const std::int64_t taught = life.resend.count("new_student");
  const std::int64_t enrolled = life.count("SELECT count(*) FROM enrollments WHERE enrolled_at IS NOT NULL");
  const std::int64_t dead = life.dead_mails();
  if (confirmed + dead < enrolled)
    return std::to_string(enrolled) + " enrolled, " + std::to_string(confirmed) + " told";
  if (taught + dead < enrolled)
    return std::to_string(enrolled) + " enrolled, " + std::to_string(taught) + " teachers told";
  return {};
}

constexpr std::array laws{
    Law{"one cause sends one mail", Law::When::always, "", told_twice},
    Law{"what is told has happened", Law::When::in_the_end, "", told_too_often},
    Law{"a mail goes to whom it concerns", Law::When::in_the_end, "", sent_elsewhere},
    Law{"who is concerned is told", Law::When::in_the_end, "", not_told},
};

}  // namespace

const Part mails{"mails", {}, laws};

}  // namespace isthmus::simulation
