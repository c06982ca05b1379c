#include <doctest/doctest.h>

#include "peerloop/files/file_name.h"
#include "peerloop/files/file_type.h"

using namespace isthmus;
using namespace isthmus::peerloop;
using namespace std::string_view_literals;

TEST_CASE("a file's type comes from its bytes, and only relatives are told apart by the name") {
  CHECK(file_type("%PDF-1.7\n", "x.html") == "application/pdf");
  CHECK(file_type("PK\x03\x04rest"sv, "Slides.PPTX").contains("presentationml"));
  CHECK(file_type("PK\x03\x04rest"sv, "x") == "application/zip");
  CHECK(file_type("\0\0\0\x20ytypisom"sv, "x.mp4") == "application/octet-stream");
  CHECK(file_type("\0\0\0\x20"
                  "ftypisom"sv,
                  "x") == "video/mp4");
  CHECK(file_type("\x1a\x45\xdf\xa3....webm"sv, "x") == "video/webm");
  CHECK(file_type("\x1a\x45\xdf\xa3....matroska"sv, "x") == "video/x-matroska");
  CHECK(file_type("RIFF\x10\0\0\0WAVEfmt "sv, "x") == "audio/wav");
  CHECK(file_type("GIF89a\x01\0\x01\0"sv, "x.txt") == "image/gif");
  CHECK(file_type("\x7f"
                  "ELF\x02"sv,
                  "notes.txt") == "application/octet-stream");
}

TEST_CASE("what a browser would run is served as plain text") {
  for (const std::string_view bytes : {"<!doctype html><script>alert(1)</script>", "<svg onload=alert(1)>",
                                       "<?xml version='1.0'?>", "alert(1)", "body { }", "grüße, 日本"})
    for (const std::string_view name : {"x.html", "x.svg", "x.js", "x.txt", "x"})
      CHECK(file_type(bytes, name) == "text/plain; charset=utf-8");
  CHECK(file_type("a,b\n1,2\n", "Table.CSV") == "text/csv; charset=utf-8");
  CHECK(file_type("# Title", "readme.md") == "text/markdown; charset=utf-8");
}

TEST_CASE("text that is cut within a character is text, and broken text is not") {
  CHECK(file_type("caf\xc3"sv, "x") == "text/plain; charset=utf-8");
  CHECK(file_type("caf\xc3 x and more text"sv, "x") == "application/octet-stream");
}

TEST_CASE("a name travels in a header without breaking out of it") {
  CHECK(attachment_named("Slides.pdf") == "attachment; filename=\"Slides.pdf\"; filename*=UTF-8''Slides.pdf");
  CHECK(attachment_named("a\"; x=\"b\\\r\n%41é") ==
        "attachment; filename=\"a_; x=_b____41__\"; filename*=UTF-8''a%22%3B%20x%3D%22b%5C%0D%0A%2541%C3%A9");
}

TEST_CASE("a name has no folder") {
  for (const char* name : {"..", ".", "a/b", "a\\b", "a\nb", "a\tb"}) {
    Problems problems;
    FileName{}.check(name, problems);
    CHECK_MESSAGE(!problems.empty(), name);
  }
  Problems none;
  FileName{}.check("Week 1 … notes.pdf", none);
  CHECK(none.empty());
}
