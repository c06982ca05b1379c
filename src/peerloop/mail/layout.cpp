#include "peerloop/mail/templates.h"

namespace isthmus::peerloop {

// One column of blocks, no tables: it narrows with the screen. Clients that darken mails find colours for both schemes;
// the button keeps its own, which read well on either.
const std::string_view layout_html = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{{subject}}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #14161a !important; }
  .card { background: #1e2126 !important; border-color: #343941 !important; }
  .card, .card h1, .card p { color: #e8eaed !important; }
  .card .small, .foot { color: #a3a9b3 !important; }
}
</style>
</head>
<body class="page" style="margin:0;padding:24px 12px;background:#f3f4f6;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<div class="card" style="max-width:520px;margin:0 auto;padding:32px 28px;background:#ffffff;border:1px solid #e3e5e9;border-radius:12px;color:#1f2328">
<p style="margin:0 0 24px;font-size:15px;font-weight:700;letter-spacing:.02em;color:#4338ca">PeerLoop</p>
{{{body}}}
</div>
<p class="foot" style="max-width:520px;margin:16px auto 0;text-align:center;font-size:12px;line-height:1.5;color:#646b76">PeerLoop &middot; learn from each other &middot; <a href="{{app}}" style="color:inherit">{{app}}</a></p>
</body>
</html>
)";

const std::string_view layout_text = R"({{body}}

--
PeerLoop, learn from each other
{{app}}
)";

const std::array<LayoutStyle, 4> layout_styles{{
    {"heading", "margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:650;color:#1f2328"},
    {"paragraph", "margin:0 0 16px;font-size:16px;line-height:1.55;color:#1f2328"},
    {"button",
     "display:inline-block;padding:13px 24px;border-radius:8px;background:#4f46e5;color:#ffffff;font-size:16px;"
     "font-weight:600;text-decoration:none"},
    {"small", "margin:16px 0 0;font-size:13px;line-height:1.5;color:#646b76"},
}};

}  // namespace isthmus::peerloop
