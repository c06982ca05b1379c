#include "base/encoding.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace std::string_literals;
using namespace isthmus;

namespace {

std::string every_byte() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

}  // namespace

TEST_CASE("hex is written in lower case and read in both") {
  CHECK(hex_encode("\x00\x7f\xff"s) == "007fff");
  CHECK(hex_decode("007FfF") == "\x00\x7f\xff"s);
  CHECK(hex_decode("") == "");
  CHECK(hex_decode(hex_encode(every_byte())) == every_byte());
  for (const std::string_view bad : {"0", "0g", "g0", " 0", "0x", "00 "}) CHECK_FALSE(hex_decode(bad).has_value());
}

TEST_CASE("base64 gives the vectors of RFC 4648 section 10") {
  const std::vector<std::pair<std::string, std::string>> vectors = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : vectors) {
    CAPTURE(text);
    CHECK(base64_encode(bytes) == text);
    CHECK(base64_decode(text) == bytes);
    CHECK(base64_decode_unpadded(text) == bytes);
    const std::string unpadded = text.substr(0, text.find('='));
    CHECK(base64_decode_unpadded(unpadded) == bytes);
    CHECK(base64url_encode(bytes) == unpadded);
    CHECK(base64url_decode(unpadded) == bytes);
    if (unpadded != text) {
      CHECK_FALSE(base64_decode(unpadded).has_value());
      CHECK_FALSE(base64url_decode(text).has_value());
    }
  }
}

TEST_CASE("base64 and base64url differ in two characters and refuse each other's") {
  CHECK(base64_encode("\xfb\xff\xbf") == "+/+/");
  CHECK(base64url_encode("\xfb\xff\xbf") == "-_-_");
  CHECK_FALSE(base64_decode("-_-_").has_value());
  CHECK_FALSE(base64url_decode("+/+/").has_value());
}

TEST_CASE("base64 has one spelling for one value") {
  for (const std::string_view bad : {"Zh==", "Zm9=", "Z===", "====", "=", "Zg=", "Zg==\n",
                                     " Zg==", "Zg==Zg==", "Z=g=", "Zm9v=", "Zm9v====", "Zm 9v", "Zm9\xc3"}) {
    CAPTURE(bad);
    CHECK_FALSE(base64_decode(bad).has_value());
    CHECK_FALSE(base64_decode_unpadded(bad).has_value());
  }
  for (const std::string_view bad : {"Zh", "Zm9", "Z", "Zg==", "Zg ", "Zm9v\n", "Zm.v", "Zm9vZ"}) {
    CAPTURE(bad);
    CHECK_FALSE(base64url_decode(bad).has_value());
  }
  CHECK_FALSE(base64_decode_unpadded("Zh").has_value());
}

TEST_CASE("base64 keeps every byte at every length") {
  const std::string all = every_byte() + every_byte();
  for (std::size_t length = 0; length < 260; ++length) {
    const std::string bytes = all.substr(length / 3, length);
    CHECK(base64_decode(base64_encode(bytes)) == bytes);
    CHECK(base64url_decode(base64url_encode(bytes)) == bytes);
  }
}

TEST_CASE("a URI component keeps only unreserved characters") {
  CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
  CHECK(percent_encode(" +&=/?#%*!'()") == "%20%2B%26%3D%2F%3F%23%25%2A%21%27%28%29");
  CHECK(percent_encode("\xc3\xa9\0"s) == "%C3%A9%00");
  CHECK(percent_decode("%c3%A9+%00") == "\xc3\xa9+\0"s);
  CHECK(percent_decode(percent_encode(every_byte())) == every_byte());
  for (const std::string_view bad : {"%", "%4", "a%4", "%g0", "%0g", "%%41", "100%"}) {
    CAPTURE(bad);
    CHECK_FALSE(percent_decode(bad).has_value());
  }
}

TEST_CASE("a form value spells a space as plus and forgives a lone percent sign") {
  CHECK(form_encode("a b+c~*-._&=") == "a+b%2Bc%7E*-._%26%3D");
  CHECK(form_decode("a+b%2bc%20d") == "a b+c d");
  CHECK(form_decode("100%") == "100%");
  CHECK(form_decode("%4") == "%4");
  CHECK(form_decode("%zz%41") == "%zzA");
  CHECK(form_decode(form_encode(every_byte())) == every_byte());
}

TEST_CASE("UTF-8 is judged by the table of well-formed byte sequences") {
  for (const std::string_view good : {"", "ascii", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                      "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    CAPTURE(hex_encode(good));
    CHECK(is_valid_utf8(good));
  }
  CHECK(is_valid_utf8("a\0b"s));
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xc2\xc0", "\xe0\x9f\xbf", "\xe0\xa0",
        "\xe1\x80\x7f", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xfe", "\xff", "ok\xe2\x82"}) {
    CAPTURE(hex_encode(bad));
    CHECK_FALSE(is_valid_utf8(bad));
  }
}
