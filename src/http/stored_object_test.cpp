#include "http/stored_object.h"

#include <doctest/doctest.h>

using namespace isthmus;

namespace {

void check(std::string_view header, ByteRange::Kind kind, std::uint64_t start, std::uint64_t length) {
  const ByteRange range = parse_range(header);
  CHECK_MESSAGE(range.kind == kind, header);
  CHECK_MESSAGE(range.start == start, header);
  CHECK_MESSAGE(range.length == length, header);
}

}  // namespace

TEST_CASE("the three forms of a range are read") {
  check("bytes=0-499", ByteRange::Kind::from_to, 0, 500);
  check("bytes=7-7", ByteRange::Kind::from_to, 7, 1);
  check("bytes=9500-", ByteRange::Kind::from, 9500, 0);
  check("bytes=-500", ByteRange::Kind::last, 0, 500);
}

TEST_CASE("what is no single range of bytes is the whole object") {
  for (const char* header : {"", "bytes", "bytes=", "bytes=-", "bytes=-0", "bytes=5-4", "bytes=a-b", "items=0-1",
                             "bytes=0-1,3-4", "bytes=99999999999999999999-", "bytes=--5", "bytes=1--5"})
    check(header, ByteRange::Kind::whole, 0, 0);
}

TEST_CASE("entity tags are passed on as they are, and what is no list of them as nothing") {
  for (const char* header : {"*", R"("a")", R"("")", R"(W/"a")", R"("a", W/"b,c" ,"d")", R"( "a" )"})
    CHECK_MESSAGE(parse_if_none_match(header) == (header[0] == '*' ? "*" : header), header);
  CHECK(parse_if_none_match(" * ") == "*");
  for (const char* header : {"", ",", "a", R"("a)", R"("a",)", R"(,"a")", R"("a" "b")", R"(w/"a")", R"(W/a)",
                             R"("a b")", R"(*, "a")", R"("a", *)", "\"\x80\"", "\"\t\""})
    CHECK_MESSAGE(parse_if_none_match(header).empty(), header);
}
