#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/input.h"
#include "jobs/outbox.h"
#include "json/schema.h"

/// What a person may ask of us about themselves: everything that is held, and to be forgotten.
namespace isthmus::peerloop {

struct ExportQuery {
  std::optional<std::string> section, cursor;
};
constexpr auto schema(ExportQuery*) {
  return object("ExportQuery",
                field("section", &ExportQuery::section, length(1, 60), described("Only this one; without it all.")),
                field("cursor", &ExportQuery::cursor,
                      described("Where the section goes on, as `next` of an earlier answer has it.")));
}

/// A section for each kind of record, each a list of objects, the newest first. A section that was too long for one
/// answer is named in `truncated`, and `next` has the cursor with which it goes on.
struct Export {
  Timestamp exportedAt;
  std::vector<std::string> truncated;
  RawJson next;
};
constexpr auto schema(Export*) {
  return object("Export", field("exportedAt", &Export::exportedAt),
                field("truncated", &Export::truncated, described("Sections of which there is more.")),
                field("next", &Export::next,
                      described("An object: for each of these its cursor, for `?section=…&cursor=…`.")))
      .open();
}

Task<Result<Response>> export_account(Request& request, ExportQuery query);

/// Ends the account: what is only personal is deleted, what the books must keep stays without a name. 409
/// `obligations_left`, with what they are, while others depend on the person, who may be the only administrator, or
/// money is unsettled.
Task<Result<Response>> delete_account(Request& request);

/// Removes a stored object, however often it takes.
Task<Result<Delivery>> deliver_object_removal(Host& host, const OutboxItem& item);
inline constexpr OutboxHandler object_removal_handler{"bucket.remove", deliver_object_removal};
/// The row that removes it, at that moment or later.
Statement enqueue_object_removal(Host& host, std::string_view key, Timestamp moment);

// clang-format off: a row reads as a sentence.
inline constexpr auto privacy_routes = table(
    get("/api/users/:id/export").summary("Everything that is held about you").tag("people")
        .limit(30, per_hour).query<ExportQuery>().open_to(self("id")).answers<Export>().run<export_account>(),
    del("/api/users/:id").summary("Delete your account").tag("people")
        .limit(flood_only).no_input().open_to(self("id")).conflicts("obligations_left").answers_nothing()
        .run<delete_account>());
// clang-format on

}  // namespace isthmus::peerloop
