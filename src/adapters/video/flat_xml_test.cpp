#include "adapters/video/flat_xml.h"

#include <doctest/doctest.h>

using isthmus::child_text;

TEST_CASE("the children of the root are read, and nothing below them") {
  const std::string_view xml = R"(<?xml version="1.0"?>
<response>
  <returncode>SUCCESS</returncode>
  <meetingID>a-1</meetingID>
  <metadata><returncode>FAILED</returncode><createTime>7</createTime></metadata>
  <attendees/>
  <attendees><attendee><fullName>Ada</fullName></attendee></attendees>
  <message>a &lt;b&gt; &amp; &quot;c&quot; &#65;</message>
  <name><![CDATA[C++ & <more>]]></name>
  <createTime>1531155809613</createTime>
</response>)";
  CHECK(child_text(xml, "returncode") == "SUCCESS");
  CHECK(child_text(xml, "createTime") == "1531155809613");
  CHECK(child_text(xml, "message") == "a <b> & \"c\" A");
  CHECK(child_text(xml, "name") == "C++ & <more>");
  CHECK(child_text(xml, "attendees") == "");
  CHECK_FALSE(child_text(xml, "fullName"));
  CHECK_FALSE(child_text(xml, "response"));
}

TEST_CASE("what is no such document gives nothing") {
  for (const std::string_view xml :
       {"", "SUCCESS", "<returncode>SUCCESS</returncode>", "<response><returncode>SUCCESS",
        "<response><returncode>SUCCESS</returncode>", "<response><returncode>SUCCESS</response></returncode>",
        "<!DOCTYPE r [<!ENTITY x 'y'>]><response><returncode>&x;</returncode></response>",
        "<response><returncode>&x;</returncode></response>", "<response><returncode>a & b</returncode></response>",
        "<html><body><returncode>SUCCESS</returncode></body></html>", "<response><returncode", "<<>><>"}) {
    CAPTURE(xml);
    CHECK_FALSE(child_text(xml, "returncode"));
  }
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  CHECK_FALSE(child_text(deep, "a"));
}
