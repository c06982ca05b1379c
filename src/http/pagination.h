#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "json/schema.h"

/// Lists are `?limit=` (default 20, at most 100) and `?cursor=`, answered by `{"items": […], "nextCursor": "…"|null}`.
/// A cursor is where the next page begins: the sort value and the id of the last element, opaque to clients.
namespace isthmus {

inline constexpr std::int64_t default_page = 20;
inline constexpr std::int64_t largest_page = 100;

struct Cursor {
  std::string value;  ///< of the column that the list is sorted by
  std::string id;
};

/// The opaque text of a cursor.
std::string encode_cursor(const Cursor& cursor);
/// 400.
Error invalid_cursor();
/// 400 `invalid_cursor` for what is none of ours.
Result<std::optional<Cursor>> decode_cursor(const std::optional<std::string>& text);

/// Where a page begins in a list that has several orders: its cursors carry the name of theirs ("price:45000").
struct Place {
  std::int64_t number = 0;  ///< the sort value
  std::string id;
};
/// The place in front of a list that goes down from the newest: above every moment and every id.
Place above_all();
/// 400 `invalid_cursor` for a cursor of another order, and for what is none of ours.
Result<std::optional<Place>> decode_place(const std::optional<std::string>& text, std::string_view order);

template <class T>
struct Page {
  RawList<T> items;
  std::optional<std::string> nextCursor;
};

/// Declares the page of a type: `ISTHMUS_PAGE(Course)` beside the type's schema names it "CoursePage".
#define ISTHMUS_PAGE(Type)                                                                     \
  constexpr auto schema(isthmus::Page<Type>*) {                                                \
    return isthmus::object(#Type "Page", isthmus::field("items", &isthmus::Page<Type>::items), \
                           isthmus::field("nextCursor", &isthmus::Page<Type>::nextCursor));    \
  }

/// What a listing's query selects: each row's JSON text, and its place in the order.
struct ListedRow {
  std::string json;
  std::string sort_value;
  std::string id;
};

/// Makes a page of up to `limit` rows from a query that asked for one more.
template <class T>
Page<T> page_of(std::vector<ListedRow> rows, std::int64_t limit) {
  Page<T> page;
  const auto size = static_cast<std::size_t>(limit);
  if (rows.size() > size) {
    rows.resize(size);
    page.nextCursor = encode_cursor({rows.back().sort_value, rows.back().id});
  }
  JsonWriter json;
  json.begin_array();
  for (const ListedRow& row : rows) json.raw(row.json);
  page.items.text = std::move(json.end_array()).text();
  return page;
}

}  // namespace isthmus
