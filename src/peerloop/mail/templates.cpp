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

constexpr auto templates =
    std::to_array<MailTemplate>({verify_email, reset_password, password_changed, enrollment_confirmed, new_student,
                                 payment_refunded, session_booked, session_moved, session_cancelled, session_reminder});

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
