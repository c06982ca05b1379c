#include "peerloop/mail/render.h"

#include <string>

#include <doctest/doctest.h>

namespace isthmus::peerloop {

namespace {

constexpr std::string_view values = R"json({"token":"T0ken","courseTitle":"C++ & <you>","amount":"$450.00",
    "enrollmentId":"0192-e","studentName":"Bob <script>","teacherName":"Grace","certificateId":"0192-k",
    "courseId":"0192-c","applicantName":"Bob <script>","message":"I <3 it","approved":true,"note":"Fine",
    "otherName":"Eve & <Co>","sessionId":"0192-s","minutes":52,"youMissed":false,"otherMissed":true,
    "when":"Friday, 20 November 2026, 10:30 to 11:30 (Europe/Lisbon)","before":"Thursday","byOther":"Eve & <Co>",
    "reason":"a <b>cold</b>"})json";

RenderedMail rendered(Mail mail, std::string_view name = "Ada", std::string_view json = values) {
  auto result = render_mail(mail, name, json, "https://app.example.org/");
  REQUIRE_MESSAGE(result.has_value(), result.error().log.value);
  return *std::move(result);
}

}  // namespace

TEST_CASE("every mail renders whole, as text and as HTML") {
  for (const auto& [name, mail] : schema_of<Mail>.names) {
    CAPTURE(name);
    const RenderedMail all = rendered(mail);
    CHECK_FALSE(all.subject.empty());
    for (const std::string& body : {all.html, all.text}) {
      CHECK_FALSE(body.contains("{{"));
      CHECK_FALSE(body.contains("}}"));
      CHECK(body.contains("Ada"));
      CHECK(body.contains("https://app.example.org/"));
      CHECK_FALSE(body.contains("org//"));
    }
    CHECK(all.html.starts_with("<!doctype html>"));
    CHECK(all.html.contains("color-scheme"));
    CHECK_FALSE(all.html.contains("<table"));
    CHECK(all.html.contains("<title>"));
  }
}

TEST_CASE("links carry their token in both forms") {
  for (const std::string& body : {rendered(Mail::verify_email).html, rendered(Mail::verify_email).text})
    CHECK(body.contains("https://app.example.org/verify-email?token=T0ken"));
  for (const std::string& body : {rendered(Mail::reset_password).html, rendered(Mail::reset_password).text})
    CHECK(body.contains("https://app.example.org/reset-password?token=T0ken"));
  CHECK(rendered(Mail::enrollment_confirmed).text.contains("https://app.example.org/enrollments/0192-e"));
}

TEST_CASE("names are text in HTML, and stay as they are in plain text") {
  const RenderedMail mail = rendered(Mail::new_student, "<script>alert('&')</script>");
  CHECK_FALSE(mail.html.contains("<script>"));
  CHECK(mail.html.contains("&lt;script&gt;alert(&apos;&amp;&apos;)&lt;/script&gt;"));
  CHECK(mail.html.contains("C++ &amp; &lt;you&gt;"));
  CHECK(mail.text.contains("<script>alert('&')</script>"));
  CHECK(mail.subject == "A new student: C++ & <you>");
}

TEST_CASE("a value is a value, not a template") {
  const RenderedMail mail = rendered(Mail::verify_email, "{{token}} {{{body}}} {{#x}}");
  CHECK(mail.text.contains("{{token}} {{{body}}} {{#x}}"));
}

TEST_CASE("a subject is one line") {
  const RenderedMail mail =
      rendered(Mail::new_student, "Ada", R"({"courseTitle":"one\r\nBcc: two","studentName":"B","enrollmentId":"e"})");
  CHECK(mail.subject == "A new student: one  Bcc: two");
}

TEST_CASE("a link can not be led elsewhere by a value") {
  const RenderedMail mail = rendered(Mail::verify_email, "Ada", R"({"token":"a&b=\" onclick=x c/../d"})");
  CHECK(mail.text.contains("?token=a%26b%3D%22%20onclick%3Dx%20c%2F..%2Fd\n"));
}

TEST_CASE("what is not known is left out, what must be known is asked for") {
  const auto without_teacher =
      rendered(Mail::enrollment_confirmed, "Ada", R"({"courseTitle":"C","amount":"$1.00","enrollmentId":"e"})");
  CHECK_FALSE(without_teacher.text.contains("taught by"));
  CHECK(rendered(Mail::enrollment_confirmed).text.contains("taught by Grace"));
  const auto incomplete =
      render_mail(Mail::payment_refunded, "Ada", R"({"courseTitle":"C"})", "https://app.example.org");
  REQUIRE_FALSE(incomplete.has_value());
  CHECK(incomplete.error().code == "mail_incomplete");
  CHECK(incomplete.error().status == 422);
  CHECK_FALSE(render_mail(Mail::password_changed, "Ada", "[]", "https://app.example.org").has_value());
}

}  // namespace isthmus::peerloop
