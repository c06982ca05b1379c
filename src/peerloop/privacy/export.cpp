#include "peerloop/privacy/privacy.h"
#include "peerloop/privacy/sections.h"

namespace isthmus::peerloop {

namespace {

struct Record {
  std::string json;
};

std::vector<Statement> select_everything(std::string_view user_id) {
  std::vector<Statement> batch;
  for (const ExportSection& section : export_sections())
    batch.push_back(sql(std::string(section.sql) + " LIMIT ?2", user_id, most_records + 1));
  return batch;
}

}  // namespace

Task<Result<Response>> export_account(Request& request) {
  const std::string& user_id = request.user().user_id;
  auto sets = co_await request.db().batch(select_everything(user_id), OnLostAnswer::retry);
  JsonWriter json;
  json.begin_object().member("exportedAt", to_rfc3339(request.now()));
  std::vector<std::string_view> truncated;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const std::string_view name = export_sections()[i].name;
    auto records = co_await std::move(sets[i]).as<Record>();
    if (records.size() > static_cast<std::size_t>(most_records)) {
      records.resize(static_cast<std::size_t>(most_records));
      truncated.push_back(name);
    }
    json.key(name).begin_array();
    for (const Record& record : records) json.raw(record.json);
    json.end_array();
  }
  json.key("truncated").begin_array();
  for (const std::string_view name : truncated) json.value(name);
  json.end_array().end_object();
  co_return json_response(200, std::move(json).text())
      .with("content-disposition", "attachment; filename=\"peerloop-export.json\"");
}

}  // namespace isthmus::peerloop
