#pragma once

#include <array>
#include <string_view>

#include "peerloop/mail/mail.h"

namespace isthmus::peerloop {

/// One mail's words, as Mustache templates. Every one of them may use `name` (the user's own), `link` and the values
/// that it needs; the HTML also has the styles of the layout. The layout goes around both bodies.
struct MailTemplate {
  Mail mail;
  std::array<std::string_view, 3> needs;  ///< what `values_json` must have; the rest is ""
  std::string_view subject;
  std::string_view link;  ///< behind the web client's address
  std::string_view html;
  std::string_view text;
};

const MailTemplate& template_of(Mail mail);

/// Around the body of every mail: `subject`, `body`, `app`.
extern const std::string_view layout_html;
extern const std::string_view layout_text;

/// Mail clients drop style sheets, so what matters stands at each element: `style="{{{button}}}"`.
struct LayoutStyle {
  std::string_view name;
  std::string_view css;
};
extern const std::array<LayoutStyle, 4> layout_styles;

}  // namespace isthmus::peerloop
