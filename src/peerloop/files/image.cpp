#include "peerloop/files/image.h"

#include <initializer_list>

namespace isthmus::peerloop {

namespace {

using namespace std::string_view_literals;

/// Numbers at places of a byte string; 0 behind its end.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

  std::size_t size() const { return bytes_.size(); }
  bool has(std::size_t at, std::string_view text) const {
    return at <= bytes_.size() && bytes_.substr(at).starts_with(text);
  }
  std::uint32_t byte(std::size_t at) const { return at < bytes_.size() ? static_cast<unsigned char>(bytes_[at]) : 0u; }
  std::uint32_t big16(std::size_t at) const { return byte(at) << 8 | byte(at + 1); }
  std::uint32_t big32(std::size_t at) const { return big16(at) << 16 | big16(at + 2); }
  std::uint32_t little16(std::size_t at) const { return byte(at) | byte(at + 1) << 8; }
  std::uint32_t little24(std::size_t at) const { return little16(at) | byte(at + 2) << 16; }
  std::uint32_t little32(std::size_t at) const { return little24(at) | byte(at + 3) << 24; }

 private:
  std::string_view bytes_;
};

/// PNG specification, section 11.2.1: the header chunk comes first.
std::optional<ImageHeader> read_png(const Bytes& bytes) {
  if (!bytes.has(0, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv) || bytes.size() < 24) return std::nullopt;
  return ImageHeader{"image/png", bytes.big32(16), bytes.big32(20)};
}

std::optional<ImageHeader> read_gif(const Bytes& bytes) {
  if ((!bytes.has(0, "GIF87a") && !bytes.has(0, "GIF89a")) || bytes.size() < 10) return std::nullopt;
  return ImageHeader{"image/gif", bytes.little16(6), bytes.little16(8)};
}

/// RFC 9649: a lossy frame, a lossless one, or an extended header.
std::optional<ImageHeader> read_webp(const Bytes& bytes) {
  if (!bytes.has(0, "RIFF") || !bytes.has(8, "WEBP") || bytes.size() < 30) return std::nullopt;
  if (bytes.has(12, "VP8 ") && bytes.has(23, "\x9d\x01\x2a"))
    return ImageHeader{"image/webp", bytes.little16(26) & 0x3fff, bytes.little16(28) & 0x3fff};
  if (bytes.has(12, "VP8L") && bytes.has(20, "\x2f")) {
    const std::uint32_t sides = bytes.little32(21);
    return ImageHeader{"image/webp", (sides & 0x3fff) + 1, (sides >> 14 & 0x3fff) + 1};
  }
  if (bytes.has(12, "VP8X")) return ImageHeader{"image/webp", bytes.little24(24) + 1, bytes.little24(27) + 1};
  return std::nullopt;
}

bool starts_frame(std::uint32_t marker) {
  // DHT, JPG and DAC lie among the frame markers.
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/// ITU-T T.81, annex B: segments, of which one starts the frame, before the scan begins.
std::optional<ImageHeader> read_jpeg(const Bytes& bytes) {
  if (!bytes.has(0, "\xff\xd8\xff")) return std::nullopt;
  std::size_t at = 2;
  while (at + 9 <= bytes.size() && bytes.byte(at) == 0xff) {
    const std::uint32_t marker = bytes.byte(at + 1);
    if (marker == 0xff) {  // a fill byte
      ++at;
      continue;
    }
    if (starts_frame(marker)) return ImageHeader{"image/jpeg", bytes.big16(at + 7), bytes.big16(at + 5)};
    const bool scan_or_end = marker == 0xda || marker == 0xd9;
    const std::uint32_t length = bytes.big16(at + 2);
    if (scan_or_end || length < 2) return std::nullopt;
    at += 2 + length;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ImageHeader> read_image_header(std::string_view bytes) {
  const Bytes content(bytes);
  for (const auto read : {read_png, read_jpeg, read_webp, read_gif})
    if (const auto image = read(content)) return image;
  return std::nullopt;
}

bool has_usable_size(const ImageHeader& image) {
  return image.width >= 1 && image.height >= 1 && image.width <= largest_image_side &&
         image.height <= largest_image_side;
}

Result<ImageHeader> accept_image(std::string_view first_bytes) {
  const auto refused = [](std::string text) {
    return Failure(Error(415, "unsupported_image", ClientText(std::move(text))));
  };
  const auto image = read_image_header(first_bytes);
  if (!image) return refused("Send a PNG, JPEG, WebP or GIF picture.");
  if (!has_usable_size(*image))
    return refused("A picture may have 1 to " + std::to_string(largest_image_side) + " pixels a side.");
  return *image;
}

}  // namespace isthmus::peerloop
