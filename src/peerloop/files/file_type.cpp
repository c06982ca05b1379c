#include "peerloop/files/file_type.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "base/encoding.h"
#include "base/strings.h"
#include "peerloop/files/image.h"

namespace isthmus::peerloop {

namespace {

using namespace std::string_view_literals;

struct Named {
  std::string_view ending;
  std::string_view type;
};

constexpr auto zipped = std::to_array<Named>({
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".odt", "application/vnd.oasis.opendocument.text"},
    {".odp", "application/vnd.oasis.opendocument.presentation"},
    {".ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {".epub", "application/epub+zip"},
});

constexpr auto written = std::to_array<Named>({
    {".csv", "text/csv; charset=utf-8"},
    {".md", "text/markdown; charset=utf-8"},
});

/// Bytes at a place that only one type has there.
struct Magic {
  std::size_t at;
  std::string_view bytes;
  std::string_view type;
};

constexpr auto magics = std::to_array<Magic>({
    {0, "%PDF-", "application/pdf"},
    {0, "\x1f\x8b", "application/gzip"},
    {0, "OggS", "audio/ogg"},
    {0, "fLaC", "audio/flac"},
    {0, "ID3", "audio/mpeg"},
    {0, "\xff\xfb", "audio/mpeg"},
    {8, "WAVE", "audio/wav"},
    {4, "ftypM4A ", "audio/mp4"},
    {4, "ftypqt  ", "video/quicktime"},
    {4, "ftyp", "video/mp4"},
});

std::string_view by_ending(std::string_view name, std::span<const Named> known, std::string_view otherwise) {
  const std::string lower = to_lower_ascii(name);
  const auto found = std::ranges::find_if(known, [&](const Named& one) { return lower.ends_with(one.ending); });
  return found == known.end() ? otherwise : found->type;
}

/// UTF-8 without control characters. The bytes may end within a character.
bool is_text(std::string_view bytes) {
  const bool has_controls = std::ranges::any_of(bytes, [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code == 0x7f || (code < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f');
  });
  if (has_controls) return false;
  for (std::size_t cut = 0; cut <= 3 && cut <= bytes.size(); ++cut)
    if (is_valid_utf8(bytes.substr(0, bytes.size() - cut))) return true;
  return false;
}

}  // namespace

std::string_view file_type(std::string_view first_bytes, std::string_view name) {
  if (const auto image = read_image_header(first_bytes)) return image->content_type;
  for (const Magic& magic : magics)
    if (first_bytes.size() > magic.at && first_bytes.substr(magic.at).starts_with(magic.bytes)) return magic.type;
  if (first_bytes.starts_with("\x1a\x45\xdf\xa3"sv))
    return first_bytes.substr(0, 64).contains("webm") ? "video/webm" : "video/x-matroska";
  if (first_bytes.starts_with("PK\x03\x04"sv)) return by_ending(name, zipped, "application/zip");
  if (is_text(first_bytes)) return by_ending(name, written, "text/plain; charset=utf-8");
  return "application/octet-stream";
}

}  // namespace isthmus::peerloop
