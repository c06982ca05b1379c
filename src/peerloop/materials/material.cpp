#include "peerloop/materials/material.h"

#include "base/strings.h"
#include "http/stored_object.h"
#include "peerloop/app.h"
#include "peerloop/files/file_type.h"
#include "peerloop/materials/queries.h"

namespace isthmus::peerloop {

namespace {

std::string key_of(const MaterialRow& material) {
  return "courses/" + material.course_id + "/materials/" + material.id;
}

Error too_many() {
  return conflict("This course has as many files as it may have. Remove some of them first.", "too_many");
}

}  // namespace

Task<Result<Response>> add_material(Request& request, NewMaterial material) {
  const std::string first_bytes = co_await request.incoming().peek_body(file_type_bytes);
  const MaterialRow row{request.host().random.uuid(request.now()),
                        std::string(request.param("id")),
                        request.user().user_id,
                        material.name,
                        std::string(file_type(first_bytes, material.name)),
                        to_integer(request.header("content-length").value_or("")).value_or(0)};
  auto reserved = co_await attempt(claim(request, reserve_material(row, request.now())));
  auto [sets, earlier] = co_await on_constraint(std::move(reserved), "guard:too_many", too_many());
  if (earlier) co_return *std::move(earlier);

  auto stored = co_await attempt(request.host().bucket.put_request_body(key_of(row), row.content_type));
  if (!stored) {
    // Whatever did arrive goes as well. Where this fails, cron finds the row.
    co_await attempt(request.db().batch(remove_material(row.course_id, row.id, request.now()), OnLostAnswer::retry));
    dispatch_after(request);
    co_return Failure(std::move(stored).error());
  }
  co_return co_await commit(request, finish_material(row.id, request.now()), 201, select_material(row.id));
}

Task<Result<Response>> list_materials(Request& request, MaterialsQuery query) {
  const auto after = co_await decode_cursor(query.cursor);
  auto rows = co_await request.db().all<ListedRow>(select_materials(request.param("id"), after, query.limit));
  co_return ok(page_of<Material>(std::move(rows), query.limit));
}

Task<Result<Response>> get_material(Request& request) {
  auto found = co_await request.db().first<StoredMaterial>(
      select_stored_material(request.param("id"), request.param("materialId")));
  StoredMaterial material = co_await required(std::move(found), not_found("file"));
  // Who may read it may change: every use asks again, and what did not change is not sent again.
  Response served = co_await serve_object(request, std::move(material.key), "private, no-cache");
  co_return std::move(served).with("content-disposition", attachment_named(material.name));
}

Task<Result<Response>> delete_material(Request& request) {
  co_await request.db().batch(remove_material(request.param("id"), request.param("materialId"), request.now()),
                              OnLostAnswer::retry);
  dispatch_after(request);
  co_return no_content();
}

Task<Result<void>> give_up_uploads(Host& host, Timestamp now) {
  co_await host.database.batch(remove_unfinished(now - longest_upload, now), OnLostAnswer::retry);
  co_return Result<void>();
}

Statement may_read_materials(const Request& request) {
  return select_reading_right(request.param("id"), request.user().user_id);
}

}  // namespace isthmus::peerloop
