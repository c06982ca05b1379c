#pragma once

#include <string>

#include "http/input.h"
#include "jobs/outbox.h"

/// What a person may ask of us about themselves: everything that is held, and to be forgotten.
namespace isthmus::peerloop {

/// A section for each kind of record, each a list of objects, the newest first. A section that was too long for one
/// answer is named in `truncated`.
struct Export {};
constexpr auto schema(Export*) { return object("Export").open(); }

Task<Result<Response>> export_account(Request& request);

/// Ends the account: what is only personal is deleted, what the books must keep stays without a name. 409
/// `obligations_left`, with what they are, while others depend on the person or money is unsettled.
Task<Result<Response>> delete_account(Request& request);

/// Removes a stored object, however often it takes.
Task<Result<Delivery>> deliver_object_removal(Host& host, const OutboxItem& item);
inline constexpr OutboxHandler object_removal_handler{"bucket.remove", deliver_object_removal};

// clang-format off: a row reads as a sentence.
inline constexpr auto privacy_routes = table(
    get("/api/users/:id/export").summary("Everything that is held about you").tag("people")
        .limit(10, per_hour).no_input().open_to(self("id")).answers<Export>().run<export_account>(),
    del("/api/users/:id").summary("Delete your account").tag("people")
        .limit(flood_only).no_input().open_to(self("id")).conflicts("obligations_left").answers_nothing()
        .run<delete_account>());
// clang-format on

}  // namespace isthmus::peerloop
/// The row that removes it, at that moment or later.
Statement enqueue_object_removal(Host& host, std::string_view key, Timestamp moment);
