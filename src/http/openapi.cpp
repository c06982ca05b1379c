#include "http/openapi.h"

#include <algorithm>

#include "base/strings.h"

namespace isthmus {

namespace {

std::string path_template(std::string_view path) {
  std::string out;
  bool in_name = false;
  for (const char c : path) {
    if (in_name && c == '/') {
      out += '}';
      in_name = false;
    }
    if (c == ':') {
      out += '{';
      in_name = true;
    } else {
      out += c;
    }
  }
  if (in_name) out += '}';
  return out;
}

std::vector<std::string_view> path_names(std::string_view path) {
  std::vector<std::string_view> names;
  while (true) {
    const auto colon = path.find(':');
    if (colon == std::string_view::npos) return names;
    path.remove_prefix(colon + 1);
    names.push_back(path.substr(0, path.find('/')));
  }
}

/// "GET /api/courses/:id" becomes "getCoursesById".
std::string operation_id(const Route& route) {
  std::string id = to_lower_ascii(name_of(route.method));
  bool capital = true;
  std::string_view rest = route.path;
  if (rest.starts_with("/api/")) rest.remove_prefix(5);
  for (const char c : rest) {
    if (c == ':') {
      id += "By";
      capital = true;
    } else if (c == '/' || c == '-' || c == '.') {
      capital = true;
    } else {
      id += capital ? ascii_upper(c) : c;
      capital = false;
    }
  }
  return id;
}

std::string access_text(const Access& access) {
  switch (access.kind) {
    case Access::Kind::anyone: return "Open to anyone.";
    case Access::Kind::anyone_or_user: return "Open to anyone; who is signed in may see more.";
    case Access::Kind::webhook: return "Called by " + std::string(access.note) + ", whose signature is checked.";
    case Access::Kind::signed_in: break;
  }
  if (!access.self.empty() || access.owned)
    return "For the owner; for anyone else there is no such " + std::string(access.object) + ".";
  if (!access.needs_role()) return "For those who are signed in.";
  std::string text = "For the role";
  for (const std::string_view name : access.roles)
    if (!name.empty()) text += (text.ends_with("role") ? " " : " or ") + std::string(name);
  return text + ".";
}

std::string limit_text(const Limit& limit) {
  if (limit.kind == Limit::Kind::flood) return "";
  return " At most " + std::to_string(limit.most) + " calls in " + std::to_string(limit.period / second) +
         " seconds from one network.";
}

std::string described(void (*describe)(SchemaWriter&)) {
  JsonWriter json;
  SchemaWriter schemas(json);
  json.begin_array();
  schemas.write(SchemaWriter::Purpose::request, describe);
  for (std::size_t i = 0; i < schemas.definitions().size(); ++i)
    schemas.write(SchemaWriter::Purpose::request, schemas.definitions()[i].describe);
  json.end_array();
  return std::move(json).text();
}

/// Whether a call says which object it is about, so that there may be none: by its path, by what its query must have,
/// or by an id.
bool names_an_object(const Route& route) {
  constexpr std::string_view id = R"("format":"uuid")";
  return route.path.contains(':') || (route.input.describe && described(route.input.describe).contains(id)) ||
         std::ranges::any_of(route.input.query_fields, [&](const detail::FieldInfo& field) {
           return field.required || described(field.describe).contains(id);
         });
}

class DocumentWriter {
 public:
  explicit DocumentWriter(const App& app) : app_(app), schemas_(json_) {}

  std::string write() && {
    json_.begin_object().member("openapi", "3.1.0");
    json_.key("info").begin_object().member("title", app_.title).member("version", "1").end_object();
    json_.key("servers").begin_array().begin_object().member("url", "/").end_object().end_array();
    json_.key("paths").begin_object();
    for (std::size_t i = 0; i < app_.routes.size(); ++i)
      if (is_first_of_its_path(i)) write_path(app_.routes[i].path);
    json_.end_object();
    write_components();
    json_.end_object();
    return std::move(json_).text();
  }

 private:
  bool is_first_of_its_path(std::size_t index) const {
    return std::ranges::none_of(app_.routes.first(index),
                                [&](const Route& route) { return route.path == app_.routes[index].path; });
  }

  void write_path(std::string_view path) {
    json_.key(path_template(path)).begin_object();
    for (const Route& route : app_.routes)
      if (route.path == path) write_operation(route);
    json_.end_object();
  }

  void write_operation(const Route& route) {
    json_.key(to_lower_ascii(name_of(route.method))).begin_object();
    json_.member("operationId", operation_id(route)).member("summary", route.summary);
    json_.member("description", access_text(route.access) + limit_text(route.limit));
    if (!route.tag.empty()) json_.key("tags").begin_array().value(route.tag).end_array();
    if (route.access.kind == Access::Kind::signed_in) write_security(false);
    if (route.access.kind == Access::Kind::anyone_or_user) write_security(true);
    write_parameters(route);
    write_request_body(route);
    write_responses(route);
    json_.end_object();
  }

  void write_security(bool optional) {
    json_.key("security").begin_array();
    json_.begin_object().key("accessToken").begin_array().end_array().end_object();
    if (optional) json_.begin_object().end_object();
    json_.end_array();
  }

  static bool is_read_from_copies(const Route& route) { return read_from(route, true) != ReadFrom::primary; }

  void write_reference(std::string_view target) { json_.begin_object().member("$ref", target).end_object(); }

  void write_parameters(const Route& route) {
    json_.key("parameters").begin_array();
    for (const std::string_view name : path_names(route.path)) {
      json_.begin_object().member("name", name).member("in", "path").member("required", true);
      json_.key("schema").begin_object().member("type", "string").member("minLength", 1).member("maxLength", 200);
      json_.end_object().end_object();
    }
    schemas_.set_purpose(SchemaWriter::Purpose::request);
    for (const detail::FieldInfo& field : route.input.query_fields) {
      json_.begin_object().member("name", field.name).member("in", "query").member("required", field.required);
      json_.key("schema");
      field.describe(schemas_);
      json_.end_object();
    }
    if (is_read_from_copies(route)) write_reference("#/components/parameters/Bookmark");
    if (route.takes_idempotency_key) {
      json_.begin_object().member("name", "Idempotency-Key").member("in", "header").member("required", false);
      json_.member("description", "The same key and request give the same answer; kept for a day.");
      json_.key("schema").begin_object().member("type", "string").member("minLength", 1).member("maxLength", 255);
      json_.end_object().end_object();
    }
    json_.end_array();
  }

  void write_request_body(const Route& route) {
    const Input& input = route.input;
    if (input.kind == Input::Kind::none || input.kind == Input::Kind::query) return;
    json_.key("requestBody").begin_object().member("required", !input.optional).key("content").begin_object();
    json_.key(input.kind == Input::Kind::stream ? "application/octet-stream" : "application/json").begin_object();
    json_.key("schema");
    if (input.kind == Input::Kind::json)
      schemas_.write(SchemaWriter::Purpose::request, input.describe);
    else
      json_.begin_object().end_object();
    json_.end_object().end_object().end_object();
  }

  void write_responses(const Route& route) {
    json_.key("responses").begin_object();
    write_answer(route.answer, route.answer.status, "Done.");
    if (route.may_exist) write_answer(route.answer, 200, "It was there already.");
    const Access& access = route.access;
    const Input& input = route.input;
    const bool reads_body = input.kind != Input::Kind::none && input.kind != Input::Kind::query;
    if (input.kind != Input::Kind::none || route.takes_idempotency_key || access.verify)
      write_error("400", "The request is not as it must be.");
    if (route.checks_credentials)
      write_error("401", "What was sent does not prove who the caller is.");
    else if (access.kind != Access::Kind::anyone)
      write_error("401", "Nobody, or nobody valid, is signed in.");
    if (access.needs_user() || route.checks_credentials || !route.conflicts[0].empty())
      write_error("403", "The caller may not do this.");
    if (names_an_object(route)) write_error("404", "There is no such object for the caller.");
    if (route.takes_idempotency_key || !route.conflicts[0].empty()) write_error("409", conflict_text(route));
    if (input.kind == Input::Kind::stream) write_error("411", "The length of the body is not given.");
    if (reads_body) write_error("413", "The body is too large.");
    if (input.kind == Input::Kind::json || input.kind == Input::Kind::stream)
      write_error("415", "The body is of another type.");
    if (route.answer.describe == nullptr && route.answer.status == 200) {
      json_.key("206").begin_object().member("description", "The part that was asked for.").end_object();
      json_.key("304").begin_object().member("description", "The client has it already.").end_object();
      write_error("416", "There is no such part.");
    }
    write_error("429", "Too many calls; see Retry-After.");
    write_error("500", "Something went wrong on our side.");
    write_error("503", "Something that we depend on did not answer; see Retry-After.");
    json_.end_object();
  }

  static std::string conflict_text(const Route& route) {
    std::string text = "The present state does not allow this. Codes:";
    for (const std::string_view code : route.conflicts)
      if (!code.empty()) text += ' ' + std::string(code);
    if (route.takes_idempotency_key) text += " idempotency_key_reused idempotency_key_in_use";
    return text + '.';
  }

  void write_answer(const Answer& answer, int status, std::string_view description) {
    json_.key(std::to_string(status)).begin_object().member("description", description);
    json_.key("headers").begin_object().key("x-d1-bookmark");
    write_reference("#/components/headers/Bookmark");
    json_.end_object();
    if (status != 204) {
      json_.key("content").begin_object().key(answer.content_type).begin_object().key("schema");
      if (answer.describe)
        schemas_.write(SchemaWriter::Purpose::answer, answer.describe);
      else
        json_.begin_object().end_object();
      json_.end_object().end_object();
    }
    json_.end_object();
  }

  void write_error(std::string_view status, std::string_view description) {
    json_.key(status).begin_object().member("description", description);
    json_.key("content").begin_object().key("application/json").begin_object().key("schema").begin_object();
    json_.member("$ref", "#/components/schemas/Error").end_object().end_object().end_object().end_object();
  }

  void write_components() {
    json_.key("components").begin_object().key("schemas").begin_object();
    json_.key("Error").raw(
        R"({"type":"object","properties":{"error":{"type":"string","description":"A text for people"},)"
        R"("code":{"type":"string","description":"A text for programs"},"details":{"type":"object"},)"
        R"("requestId":{"type":"string"}},"required":["error","code","requestId"]})");
    // Writing one definition can name further ones, which are then appended to the list.
    for (std::size_t i = 0; i < schemas_.definitions().size(); ++i) {
      const SchemaWriter::Definition definition = schemas_.definitions()[i];
      json_.key(schemas_.component_name(definition));
      schemas_.write(definition.purpose, definition.describe);
    }
    json_.end_object();
    json_.key("parameters").begin_object().key("Bookmark").begin_object();
    json_.member("name", "x-d1-bookmark").member("in", "header").member("required", false);
    json_.member("description",
                 "The newest x-d1-bookmark that an answer gave to this client: what is read is at least as new.");
    write_bookmark_schema();
    json_.end_object().end_object();
    json_.key("headers").begin_object().key("Bookmark").begin_object();
    json_.member("description", "Up to where the database was read or written, where it was asked.");
    write_bookmark_schema();
    json_.end_object().end_object();
    json_.key("securitySchemes").begin_object().key("accessToken").begin_object();
    json_.member("type", "http").member("scheme", "bearer").member("bearerFormat", "JWT");
    json_.end_object().end_object().end_object();
  }

  void write_bookmark_schema() {
    json_.key("schema").begin_object().member("type", "string").member("maxLength", 200).end_object();
  }

  const App& app_;
  JsonWriter json_;
  SchemaWriter schemas_;
};

}  // namespace

std::string openapi_document(const App& app) { return DocumentWriter(app).write(); }

}  // namespace isthmus
