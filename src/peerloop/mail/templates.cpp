#include "peerloop/mail/templates.h"

namespace isthmus::peerloop {

namespace {

constexpr MailTemplate verify_email{Mail::verify_email,
                                    {"token"},
                                    "Confirm your e-mail address",
                                    "/verify-email?token={{token}}",
                                    R"(<h1 style="{{{heading}}}">Welcome, {{name}}</h1>
<p style="{{{paragraph}}}">Please confirm that this is your e-mail address. Then we can reach you about your courses.</p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">Confirm my address</a></p>
<p class="small" style="{{{small}}}">The link works once, for 24 hours. If it was not you who signed up, ignore this mail: nobody can use the address without the link.</p>
)",
                                    R"(Welcome, {{name}}

Please confirm that this is your e-mail address. Then we can reach you about your courses.

{{link}}

The link works once, for 24 hours. If it was not you who signed up, ignore this mail: nobody can use the address without
the link.)"};

constexpr MailTemplate reset_password{Mail::reset_password,
                                      {"token"},
                                      "Choose a new password",
                                      "/reset-password?token={{token}}",
                                      R"(<h1 style="{{{heading}}}">Choose a new password</h1>
<p style="{{{paragraph}}}">Hello {{name}}, somebody asked for a new password for your account. If it was you, go on here:</p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">Choose a new password</a></p>
<p class="small" style="{{{small}}}">The link works once, for one hour. If it was not you, ignore this mail: your password stays as it is.</p>
)",
                                      R"(Hello {{name}},

somebody asked for a new password for your account. If it was you, go on here:

{{link}}

The link works once, for one hour. If it was not you, ignore this mail: your password stays as it is.)"};

constexpr MailTemplate password_changed{Mail::password_changed,
                                        {},
                                        "Your password was changed",
                                        "/reset-password",
                                        R"(<h1 style="{{{heading}}}">Your password was changed</h1>
<p style="{{{paragraph}}}">Hello {{name}}, the password of your account was just changed, and every device was signed out. If it was you, all is well: sign in with the new one.</p>
<p style="{{{paragraph}}}">If it was not you, take your account back now:</p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">Reset my password</a></p>
)",
                                        R"(Hello {{name}},

the password of your account was just changed, and every device was signed out. If it was you, all is well: sign in with
the new one.

If it was not you, take your account back now:

{{link}})"};

constexpr MailTemplate enrollment_confirmed{Mail::enrollment_confirmed,
                                            {"courseTitle", "amount", "enrollmentId"},
                                            "You are enrolled: {{courseTitle}}",
                                            "/enrollments/{{enrollmentId}}",
                                            R"(<h1 style="{{{heading}}}">You are in</h1>
<p style="{{{paragraph}}}">Hello {{name}}, your payment of {{amount}} has arrived and you are enrolled in <strong>{{courseTitle}}</strong>{{#teacherName}}, taught by {{teacherName}}{{/teacherName}}.</p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">Start learning</a></p>
<p class="small" style="{{{small}}}">Changed your mind? You can ask for a refund on the page of your enrollment.</p>
)",
                                            R"(Hello {{name}},

your payment of {{amount}} has arrived and you are enrolled in "{{courseTitle}}"{{#teacherName}}, taught by {{teacherName}}{{/teacherName}}.

Start learning: {{link}}

Changed your mind? You can ask for a refund on the page of your enrollment.)"};

constexpr MailTemplate new_student{Mail::new_student,
                                   {"studentName", "courseTitle", "enrollmentId"},
                                   "A new student: {{courseTitle}}",
                                   "/enrollments/{{enrollmentId}}",
                                   R"(<h1 style="{{{heading}}}">You have a new student</h1>
<p style="{{{paragraph}}}">Hello {{name}}, <strong>{{studentName}}</strong> has enrolled in <strong>{{courseTitle}}</strong> and looks forward to learning with you.</p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">See the enrollment</a></p>
)",
                                   R"(Hello {{name}},

{{studentName}} has enrolled in "{{courseTitle}}" and looks forward to learning with you.

See the enrollment: {{link}})"};

constexpr MailTemplate payment_refunded{Mail::payment_refunded,
                                        {"courseTitle", "amount", "enrollmentId"},
                                        "Your refund: {{courseTitle}}",
                                        "/enrollments/{{enrollmentId}}",
                                        R"(<h1 style="{{{heading}}}">Your money is on its way back</h1>
<p style="{{{paragraph}}}">Hello {{name}}, we have refunded {{amount}} of your payment for <strong>{{courseTitle}}</strong>. Your bank may need five to ten days to show it.</p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">See the enrollment</a></p>
)",
                                        R"(Hello {{name}},

we have refunded {{amount}} of your payment for "{{courseTitle}}". Your bank may need five to ten days to show it.

See the enrollment: {{link}})"};

constexpr MailTemplate certificate_issued{Mail::certificate_issued,
                                          {"courseTitle", "certificateId"},
                                          "Your certificate: {{courseTitle}}",
                                          "/certificates/{{certificateId}}",
                                          R"(<h1 style="{{{heading}}}">You did it</h1>
<p style="{{{paragraph}}}">Hello {{name}}, you have completed <strong>{{courseTitle}}</strong>, and its creator has certified it. Anyone to whom you give the link can verify the certificate.</p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">See my certificate</a></p>
<p class="small" style="{{{small}}}">The best way to keep what you have learnt is to teach it: on the page of the course you can ask to become a student-teacher.</p>
)",
                                          R"(Hello {{name}},

you have completed "{{courseTitle}}", and its creator has certified it. Anyone to whom you give the link can verify the
certificate.

{{link}}

The best way to keep what you have learnt is to teach it: on the page of the course you can ask to become a
student-teacher.)"};

constexpr MailTemplate teaching_requested{Mail::teaching_requested,
                                          {"courseTitle", "courseId", "applicantName"},
                                          "{{applicantName}} would like to teach {{courseTitle}}",
                                          "/courses/{{courseId}}/teachers",
                                          R"(<h1 style="{{{heading}}}">Somebody would like to teach your course</h1>
<p style="{{{paragraph}}}">Hello {{name}}, <strong>{{applicantName}}</strong> has completed <strong>{{courseTitle}}</strong> and would like to pass it on as a student-teacher.</p>
{{#message}}<p style="{{{paragraph}}}">&ldquo;{{message}}&rdquo;</p>{{/message}}
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">Decide</a></p>
)",
                                          R"(Hello {{name}},

{{applicantName}} has completed "{{courseTitle}}" and would like to pass it on as a student-teacher.
{{#message}}

"{{message}}"
{{/message}}

Decide: {{link}})"};

constexpr MailTemplate teaching_decided{
    Mail::teaching_decided,
    {"courseTitle", "courseId"},
    "Teaching {{courseTitle}}",
    "/courses/{{courseId}}/teach",
    R"(<h1 style="{{{heading}}}">{{#approved}}You are a student-teacher{{/approved}}{{#declined}}Not this time{{/declined}}{{#ended}}You teach this course no more{{/ended}}</h1>
<p style="{{{paragraph}}}">Hello {{name}}, the creator of <strong>{{courseTitle}}</strong> {{#approved}}has accepted your application. Say when you have time, and students can choose you.{{/approved}}{{#declined}}has not accepted your application to teach it.{{/declined}}{{#ended}}has ended your teaching of it. Students who chose you already stay with you until they are done.{{/ended}}</p>
{{#note}}<p style="{{{paragraph}}}">&ldquo;{{note}}&rdquo;</p>{{/note}}
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">See the course</a></p>
)",
    R"(Hello {{name}},

the creator of "{{courseTitle}}" {{#approved}}has accepted your application. Say when you have time, and students can choose you.{{/approved}}{{#declined}}has not accepted your application to teach it.{{/declined}}{{#ended}}has ended your teaching of it. Students who chose you already stay with you until they are done.{{/ended}}
{{#note}}

"{{note}}"
{{/note}}

See the course: {{link}})"};

constexpr MailTemplate payout_paid{Mail::payout_paid,
                                   {"amount"},
                                   "Your earnings: {{amount}}",
                                   "/earnings",
                                   R"(<h1 style="{{{heading}}}">Your earnings have been paid out</h1>
<p style="{{{paragraph}}}">Hello {{name}}, {{amount}} have been sent to your bank account. Thank you for teaching.</p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">See your earnings</a></p>
)",
                                   R"(Hello {{name}},

{{amount}} have been sent to your bank account. Thank you for teaching.

See your earnings: {{link}})"};

constexpr MailTemplate payout_failed{Mail::payout_failed,
                                     {"amount"},
                                     "Your bank sent {{amount}} back",
                                     "/earnings",
                                     R"(<h1 style="{{{heading}}}">Your bank did not take the money</h1>
<p style="{{{paragraph}}}">Hello {{name}}, a payout of {{amount}} to your bank account failed. Nothing is lost: the money waits in your account at our payment provider.</p>
<p style="{{{paragraph}}}">Please check the bank details there. The next payout will include the amount.</p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">Check my account</a></p>
)",
                                     R"(Hello {{name}},

a payout of {{amount}} to your bank account failed. Nothing is lost: the money waits in your account at our payment
provider.

Please check the bank details there. The next payout will include the amount.

Check my account: {{link}})"};

constexpr MailTemplate session_completed{Mail::session_completed,
                                         {"courseTitle", "otherName", "sessionId"},
                                         "Your session is complete: {{courseTitle}}",
                                         "/sessions/{{sessionId}}",
                                         R"(<h1 style="{{{heading}}}">Your session is complete</h1>
<p style="{{{paragraph}}}">Hello {{name}}, you and <strong>{{otherName}}</strong> have met for <strong>{{courseTitle}}</strong>. How was it? A few words help the next one.</p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">Review the session</a></p>
<p class="small" style="{{{small}}}">If it was recorded, the recording appears on the same page in a while.</p>
)",
                                         R"(Hello {{name}},

you and {{otherName}} have met for "{{courseTitle}}". How was it? A few words help the next one.

Review the session: {{link}}

If it was recorded, the recording appears on the same page in a while.)"};

constexpr MailTemplate session_missed{Mail::session_missed,
                                      {"courseTitle", "otherName", "sessionId"},
                                      "A session was missed: {{courseTitle}}",
                                      "/sessions/{{sessionId}}",
                                      R"(<h1 style="{{{heading}}}">A session was missed</h1>
<p style="{{{paragraph}}}">Hello {{name}}, your session with <strong>{{otherName}}</strong> in <strong>{{courseTitle}}</strong> did not take place.{{#youMissed}} We did not see you in the room.{{/youMissed}}{{#otherMissed}} {{otherName}} did not come.{{/otherMissed}}</p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">See the session</a></p>
)",
                                      R"(Hello {{name}},

your session with {{otherName}} in "{{courseTitle}}" did not take place.{{#youMissed}} We did not see you in the room.{{/youMissed}}{{#otherMissed}} {{otherName}} did not come.{{/otherMissed}}

See the session: {{link}})"};

constexpr MailTemplate session_booked{Mail::session_booked,
                                      {"courseTitle", "when", "sessionId"},
                                      "Booked: {{courseTitle}}, {{{when}}}",
                                      "/sessions/{{sessionId}}",
                                      R"(<h1 style="{{{heading}}}">Your session is booked</h1>
<p style="{{{paragraph}}}">Hello {{name}}, you and <strong>{{otherName}}</strong> meet for <strong>{{courseTitle}}</strong>:</p>
<p style="{{{paragraph}}}"><strong>{{when}}</strong></p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">See the session</a></p>
<p class="small" style="{{{small}}}">The attached file puts it into your calendar. You join, move or cancel it on its page.</p>
)",
                                      R"(Hello {{name}},

you and {{otherName}} meet for "{{courseTitle}}":

{{when}}

The attached file puts it into your calendar. You join, move or cancel it on its page:
{{link}})"};

constexpr MailTemplate session_moved{Mail::session_moved,
                                     {"courseTitle", "when", "sessionId"},
                                     "Moved: {{courseTitle}}, now {{{when}}}",
                                     "/sessions/{{sessionId}}",
                                     R"(<h1 style="{{{heading}}}">Your session has a new time</h1>
<p style="{{{paragraph}}}">Hello {{name}}, {{#byOther}}{{byOther}} has moved{{/byOther}}{{#byYou}}you have moved{{/byYou}} your session with <strong>{{otherName}}</strong> for <strong>{{courseTitle}}</strong>. It is now:</p>
<p style="{{{paragraph}}}"><strong>{{when}}</strong></p>
<p style="{{{paragraph}}}">It was to be {{before}}.</p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">See the session</a></p>
<p class="small" style="{{{small}}}">The attached file moves it in your calendar.</p>
)",
                                     R"(Hello {{name}},

{{#byOther}}{{byOther}} has moved{{/byOther}}{{#byYou}}you have moved{{/byYou}} your session with {{otherName}} for "{{courseTitle}}". It is now:

{{when}}

It was to be {{before}}. The attached file moves it in your calendar.

See the session: {{link}})"};

constexpr MailTemplate session_cancelled{Mail::session_cancelled,
                                         {"courseTitle", "when", "sessionId"},
                                         "Cancelled: {{courseTitle}}, {{{when}}}",
                                         "/sessions/{{sessionId}}",
                                         R"(<h1 style="{{{heading}}}">Your session is cancelled</h1>
<p style="{{{paragraph}}}">Hello {{name}}, {{#byOther}}{{byOther}} has cancelled{{/byOther}}{{#byYou}}you have cancelled{{/byYou}}{{^byOther}}{{^byYou}}we have cancelled{{/byYou}}{{/byOther}} your session with <strong>{{otherName}}</strong> for <strong>{{courseTitle}}</strong> on {{when}}.</p>
{{#reason}}<p style="{{{paragraph}}}">The reason given: {{reason}}</p>
{{/reason}}<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">Find another time</a></p>
<p class="small" style="{{{small}}}">The attached file takes it out of your calendar.</p>
)",
                                         R"(Hello {{name}},

{{#byOther}}{{byOther}} has cancelled{{/byOther}}{{#byYou}}you have cancelled{{/byYou}}{{^byOther}}{{^byYou}}we have cancelled{{/byYou}}{{/byOther}} your session with {{otherName}} for "{{courseTitle}}" on {{when}}.
{{#reason}}
The reason given: {{reason}}
{{/reason}}
Find another time: {{link}}

The attached file takes it out of your calendar.)"};

constexpr MailTemplate session_reminder{
    Mail::session_reminder,
    {"courseTitle", "when", "sessionId"},
    "{{#soon}}Soon{{/soon}}{{^soon}}Tomorrow{{/soon}}: {{courseTitle}}",
    "/sessions/{{sessionId}}",
    R"(<h1 style="{{{heading}}}">{{#soon}}Your session begins soon{{/soon}}{{^soon}}Your session is tomorrow{{/soon}}</h1>
<p style="{{{paragraph}}}">Hello {{name}}, you and <strong>{{otherName}}</strong> meet for <strong>{{courseTitle}}</strong>:</p>
<p style="{{{paragraph}}}"><strong>{{when}}</strong></p>
<p style="{{{paragraph}}}"><a href="{{link}}" style="{{{button}}}">{{#soon}}Join the session{{/soon}}{{^soon}}See the session{{/soon}}</a></p>
<p class="small" style="{{{small}}}">The room opens ten minutes before.</p>
)",
    R"(Hello {{name}},

you and {{otherName}} meet for "{{courseTitle}}":

{{when}}

The room opens ten minutes before: {{link}})"};

constexpr auto templates = std::to_array<MailTemplate>(
    {verify_email, reset_password, password_changed, enrollment_confirmed, new_student, payment_refunded,
     certificate_issued, teaching_requested, teaching_decided, payout_paid, payout_failed, session_completed,
     session_missed, session_booked, session_moved, session_cancelled, session_reminder});

/// One for each enumerator, in their order.
constexpr bool are_in_order() {
  if (templates.size() != schema_of<Mail>.names.size()) return false;
  for (std::size_t i = 0; i < templates.size(); ++i)
    if (static_cast<std::size_t>(templates[i].mail) != i) return false;
  return true;
}
static_assert(are_in_order(), "every mail needs its template");

}  // namespace

const MailTemplate& template_of(Mail mail) { return templates[static_cast<std::size_t>(mail)]; }

}  // namespace isthmus::peerloop
