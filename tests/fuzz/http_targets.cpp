#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include <arpa/inet.h>

#include "base/encoding.h"
#include "base/strings.h"
#include "fuzz/target.h"
#include "http/app.h"
#include "http/client_network.h"
#include "http/router.h"
#include "http/stored_object.h"

namespace isthmus::fuzz {

namespace {

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

/// One letter a part: 'f' for a fixed one, 'n' for a named one. Empty where the row's path is another.
std::string shape_of(std::string_view row, const std::vector<std::string_view>& parts) {
  const auto wanted = parts_of(row);
  if (wanted.size() != parts.size()) return {};
  std::string shape;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool named = wanted[i].starts_with(':');
    if (named ? parts[i].empty() : wanted[i] != parts[i]) return {};
    shape.push_back(named ? 'n' : 'f');
  }
  return shape;
}

/// The rows whose path fits best, found by looking at all of them: a fixed part goes before a named one, left to right.
std::vector<const Route*> rows_at(std::string_view path) {
  if (!path.starts_with('/')) return {};
  const auto parts = parts_of(path);
  std::string best;
  std::vector<const Route*> rows;
  for (const Route& route : app().routes) {
    const std::string shape = shape_of(route.path, parts);
    if (shape.empty() || (!best.empty() && shape > best)) continue;
    if (shape != best) rows.clear();
    best = shape;
    rows.push_back(&route);
  }
  return rows;
}

bool is_param(std::string_view text) {
  const auto decoded = percent_decode(text);
  return decoded && !decoded->empty() && decoded->size() <= 200 && is_valid_utf8(*decoded);
}

/// What the C library takes for an address.
std::optional<std::string> network_by_library(const std::string& text) {
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return text;
  std::array<unsigned char, 16> six{};
  if (inet_pton(AF_INET6, text.c_str(), six.data()) != 1) return std::nullopt;
  constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::array<char, 128> out{};
  if (std::equal(mapped.begin(), mapped.end(), six.begin()))
    return inet_ntop(AF_INET, six.data() + mapped.size(), out.data(), out.size());
  std::snprintf(out.data(), out.size(), "%x:%x:%x:%x::/64", six[0] << 8 | six[1], six[2] << 8 | six[3],
                six[4] << 8 | six[5], six[6] << 8 | six[7]);
  return out.data();
}

}  // namespace

/// "GET /api/courses": the method may be left out.
void find_path(std::string_view text) {
  static const Router router(app().routes);
  const auto space = text.find(' ');
  const Method method = space == std::string_view::npos ? Method::get : method_named(text.substr(0, space));
  const std::string path(text.substr(space == std::string_view::npos ? 0 : space + 1));
  const Match match = router.find(method, path);
  const auto rows = rows_at(path);
  const auto row = std::ranges::find(rows, method == Method::head ? Method::get : method, &Route::method);
  if (row == rows.end()) {
    holds(match.route == nullptr, "a path leads where its row is");
    holds(match.allowed.empty() == rows.empty(), "the methods of a path that is there are told");
    return;
  }
  const auto parts = parts_of(path);
  const auto wanted = parts_of((*row)->path);
  std::size_t params = 0;
  bool readable = true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!wanted[i].starts_with(':')) continue;
    ++params;
    readable = readable && is_param(parts[i]);
  }
  holds(match.route == (readable ? *row : nullptr), "a path leads to the row that fits best");
  holds(match.params.size() == (readable ? params : 0), "every named part is there");
}

void read_network(std::string_view text) {
  const std::string network = network_of(text);
  holds(network.size() <= 64, "a network is short");
  if (text.contains('\0')) return;
  const auto known = network_by_library(std::string(text));
  holds(network == known.value_or(std::string(text.substr(0, 64))), "two readers of addresses agree");
}

void read_range(std::string_view text) {
  const std::string_view tags = parse_if_none_match(text);
  holds(parse_if_none_match(tags) == tags, "what is passed on is read again");
  for (const std::string& header : {std::string(text), "bytes=" + std::string(text)}) {
    const ByteRange range = parse_range(header);
    const auto is_position = [](std::uint64_t value) { return value <= std::uint64_t{1} << 53; };
    holds(is_position(range.start) && is_position(range.length), "positions are exact");
    const std::string start = std::to_string(range.start);
    const auto reads_as = [&](const std::string& written) { return parse_range("bytes=" + written); };
    const auto is_same = [&](const ByteRange& other) {
      return other.kind == range.kind && other.start == range.start && other.length == range.length;
    };
    switch (range.kind) {
      case ByteRange::Kind::whole: break;
      case ByteRange::Kind::from: holds(is_same(reads_as(start + '-')), "a range from"); break;
      case ByteRange::Kind::last:
        holds(range.length > 0 && is_same(reads_as('-' + std::to_string(range.length))), "the last bytes");
        break;
      case ByteRange::Kind::from_to:
        holds(range.length > 0 && is_same(reads_as(start + '-' + std::to_string(range.start + range.length - 1))),
              "a range from and to");
        break;
    }
  }
}

}  // namespace isthmus::fuzz
