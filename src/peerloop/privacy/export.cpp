#include <algorithm>

#include "http/pagination.h"
#include "peerloop/privacy/privacy.h"
#include "peerloop/privacy/sections.h"

namespace isthmus::peerloop {

namespace {

struct Record {
  std::string json;
  std::int64_t at = 0;
  std::string id;
};

Statement select_records(const ExportSection& section, std::string_view user_id, const Place& after) {
  const std::string at(section.at), id(section.id);
  std::string text = "SELECT " + std::string(section.record) + " AS record, " + at + " AS record_at, " + id;
  text.append(" AS record_id ").append(section.source);
  text += " AND (" + at + ", " + id + ") < (CAST(?2 AS INTEGER), ?3) ORDER BY record_at DESC, record_id DESC";
  return sql(text + " LIMIT CAST(?4 AS INTEGER)", user_id, after.number, after.id, most_records + 1);
}

/// The sections that are asked for, and where the first of them begins.
struct Wish {
  std::span<const ExportSection> sections;
  Place after;
};
Result<Wish> read_wish(const ExportQuery& query) {
  const auto all = export_sections();
  if (!query.section) {
    if (query.cursor) return Failure(bad_request("A cursor goes on in a section: name it."));
    return Wish{all, above_all()};
  }
  const auto found = std::ranges::find(all, *query.section, &ExportSection::name);
  if (found == all.end()) return Failure(bad_request("There is no such section in the export.", "unknown_section"));
  auto after = decode_place(query.cursor, found->name);
  if (!after) return Failure(std::move(after).error());
  return Wish{std::span(found, 1), after->value_or(above_all())};
}

}  // namespace

Task<Result<Response>> export_account(Request& request, ExportQuery query) {
  const Wish wish = co_await read_wish(query);
  std::vector<Statement> batch;
  for (const ExportSection& section : wish.sections)
    batch.push_back(select_records(section, request.user().user_id, wish.after));
  auto sets = co_await request.db().batch(std::move(batch), OnLostAnswer::retry);
  JsonWriter json;
  json.begin_object().member("exportedAt", to_rfc3339(request.now()));
  std::vector<std::pair<std::string_view, std::string>> truncated;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const std::string_view name = wish.sections[i].name;
    auto records = co_await std::move(sets[i]).as<Record>();
    if (records.size() > static_cast<std::size_t>(most_records)) {
      records.resize(static_cast<std::size_t>(most_records));
      const Record& last = records.back();
      truncated.emplace_back(name, encode_cursor({std::string(name) + ':' + std::to_string(last.at), last.id}));
    }
    json.key(name).begin_array();
    for (const Record& record : records) json.raw(record.json);
    json.end_array();
  }
  json.key("truncated").begin_array();
  for (const auto& [name, cursor] : truncated) json.value(name);
  json.end_array().key("next").begin_object();
  for (const auto& [name, cursor] : truncated) json.member(name, cursor);
  json.end_object().end_object();
  co_return json_response(200, std::move(json).text())
      .with("content-disposition", "attachment; filename=\"peerloop-export.json\"");
}

}  // namespace isthmus::peerloop
