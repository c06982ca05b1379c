#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "peerloop/mail/mail.h"

namespace isthmus::peerloop {

struct RenderedMail {
  std::string subject;
  std::string html;
  std::string text;
};

/// Renders a mail to a user of this name. `values_json` is an object of texts, numbers and truth values; `app_url` the
/// web client's address. Fails with 422 `mail_incomplete` where a value is missing that the mail needs.
Result<RenderedMail> render_mail(Mail mail, std::string_view user_name, std::string_view values_json,
                                 std::string_view app_url);

}  // namespace isthmus::peerloop
