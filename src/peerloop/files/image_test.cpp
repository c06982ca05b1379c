#include "peerloop/files/image.h"

#include <string>

#include <doctest/doctest.h>

#include "base/encoding.h"

using namespace isthmus;
using namespace isthmus::peerloop;

namespace {

std::string bytes(std::string_view hex) { return hex_decode(hex).value(); }

void check(std::string_view hex, std::string_view type, std::uint32_t width, std::uint32_t height) {
  const std::string content = bytes(hex);
  const auto image = read_image_header(content);
  REQUIRE_MESSAGE(image.has_value(), hex);
  CHECK(image->content_type == type);
  CHECK(image->width == width);
  CHECK(image->height == height);
  for (std::size_t length = 0; length < 10; ++length)
    CHECK_FALSE(read_image_header(std::string_view(content).substr(0, length)).has_value());
}

}  // namespace

TEST_CASE("a picture's type and size are read from its first bytes") {
  check("89504e470d0a1a0a0000000d49484452000002800000016808060000", "image/png", 640, 360);
  check("474946383961800268010000000000", "image/gif", 640, 360);
  check("474946383761800268010000000000", "image/gif", 640, 360);
  check("52494646240000005745425056503820180000003001009d012a80026801aaaa", "image/webp", 640, 360);
  check("524946462400000057454250565038580a000000100000007f0200670100", "image/webp", 640, 360);
  check("5249464624000000574542505650384c180000002f7fc25900aaaaaaaaaaaa", "image/webp", 640, 360);
  check("ffd8ffe000104a46494600010100000100010000ffc0001108016802800301", "image/jpeg", 640, 360);
  check("ffd8ffffffdb0003aaffc2001108016802800301", "image/jpeg", 640, 360);
}

TEST_CASE("what is no picture, or hides its size, is none") {
  for (const char* hex :
       {"", "00", "3c7376673e3c2f7376673e", "ffd8ff", "ffd8ffd9000000000000000000",
        "ffd8ffda0008000000000000000000000000", "ffd8ffe00001ffc0001108016802800301",
        "ffd8ffe0fffffffffffffffffffffffffffffffff0", "52494646240000005745425056503820180000003001000000008002680100",
        "424d3600000000000000360000002800000000000000"})
    CHECK_FALSE_MESSAGE(read_image_header(bytes(hex)).has_value(), hex);
}

TEST_CASE("a picture has at least one pixel and at most 8192 a side") {
  CHECK(has_usable_size({"image/png", 1, 1}));
  CHECK(has_usable_size({"image/png", 8192, 8192}));
  CHECK_FALSE(has_usable_size({"image/png", 0, 10}));
  CHECK_FALSE(has_usable_size({"image/png", 10, 8193}));
  CHECK_FALSE(has_usable_size({"image/png", 0xffffffff, 0xffffffff}));
}
