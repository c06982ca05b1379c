#include "peerloop/mail/render.h"

#include <algorithm>

#include "adapters/templates/mustache.h"
#include "base/encoding.h"
#include "base/web_address.h"
#include "json/value.h"
#include "peerloop/mail/templates.h"

namespace isthmus::peerloop {

namespace {

Error incomplete(Mail mail, std::string_view what) {
  return Error(422, "mail_incomplete", ClientText("The mail can not be written."),
               LogText("the mail " + std::string(name_of(mail)) + " needs " + std::string(what)));
}

Result<TemplateValues> read_values(Mail mail, std::string_view json) {
  const auto object = parse_json(json);
  if (!object || !object->is_object()) return Failure(incomplete(mail, "an object of values"));
  TemplateValues values;
  object->for_each_member([&](std::string_view name, JsonValue value) {
    if (const auto text = value.string())
      values.emplace_back(name, *text);
    else
      values.emplace_back(name, value.text());
  });
  for (const std::string_view needed : template_of(mail).needs)
    if (!needed.empty() && !std::ranges::contains(values, needed, &TemplateValues::value_type::first))
      return Failure(incomplete(mail, needed));
  return values;
}

/// A subject is one line.
std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return text;
}

Result<std::string> render_link(const MailTemplate& words, const TemplateValues& values, std::string_view app) {
  TemplateValues encoded;
  for (const auto& [name, value] : values) encoded.emplace_back(name, percent_encode(value));
  return render_template(words.link, encoded, Escape::none).transform([&](const std::string& path) {
    return std::string(app) + path;
  });
}

Result<std::string> render_in_layout(std::string_view body, std::string_view layout, const TemplateValues& values,
                                     std::string_view subject, std::string_view app, Escape escape) {
  return render_template(body, values, escape).and_then([&](std::string rendered) {
    return render_template(
        layout, {{"subject", std::string(subject)}, {"app", std::string(app)}, {"body", std::move(rendered)}}, escape);
  });
}

}  // namespace

Result<RenderedMail> render_mail(Mail mail, std::string_view user_name, std::string_view values_json,
                                 std::string_view app_url) {
  const MailTemplate& words = template_of(mail);
  app_url = without_slash_at_end(app_url);
  auto values = read_values(mail, values_json);
  if (!values) return Failure(std::move(values).error());
  values->emplace_back("name", user_name);
  auto link = render_link(words, *values, app_url);
  if (!link) return Failure(std::move(link).error());
  values->emplace_back("link", *std::move(link));
  for (const auto& [name, css] : layout_styles) values->emplace_back(name, css);

  auto subject = render_template(words.subject, *values, Escape::none).transform(one_line);
  if (!subject) return Failure(std::move(subject).error());
  auto html = render_in_layout(words.html, layout_html, *values, *subject, app_url, Escape::html);
  if (!html) return Failure(std::move(html).error());
  auto text = render_in_layout(words.text, layout_text, *values, *subject, app_url, Escape::none);
  if (!text) return Failure(std::move(text).error());
  return RenderedMail{*std::move(subject), *std::move(html), *std::move(text)};
}

}  // namespace isthmus::peerloop
