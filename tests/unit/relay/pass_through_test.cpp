#include "core/relay/pass_through.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/dialects/openai_chat/stream_encoder.hpp"

namespace patchbay::relay {
namespace {

using dialects::openai_chat::StreamEncoder;

const std::string kStream =
    ": hello\n\n"
    "data: "
    "{\"id\":\"1\",\"model\":\"up-1\",\"n\":1.50,\"choices\":[{\"delta\":{\"model\":\"x\"}}]}\n\n"
    "data:{\"model\" : \"up-1\" }\r\n\r\n"
    "event: e\ndata: not json\n\n"
    "data: "
    "{\"model\":\"up-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":9}}"
    "\n\n"
    "data: [DONE]\n\n";

std::string with_alias(std::string text) {
  for (std::size_t at = text.find("\"up-1\""); at != text.npos; at = text.find("\"up-1\"")) {
    text.replace(at, 6, "\"fast\"");
  }
  return text;
}

struct Passed {
  std::string text;
  chat::Usage usage;
};

Passed pass(PassThrough::Options options, std::string_view body, std::size_t cut) {
  StreamEncoder encoder({.model = "fast", .keep_model = true, .include_usage = false});
  PassThrough passing(options, encoder);
  Passed passed;
  EXPECT_TRUE(passing.feed(body.substr(0, cut), passed.text));
  EXPECT_TRUE(passing.feed(body.substr(cut), passed.text));
  passing.finish(passed.text);
  passed.usage = encoder.usage();
  return passed;
}

TEST(PassThrough, ChangesNoByteOfAStreamAtAnyCut) {
  for (std::size_t cut = 0; cut <= kStream.size(); ++cut) {
    const Passed passed = pass({.events = true, .show_alias = false}, kStream, cut);
    ASSERT_EQ(passed.text, kStream) << "cut at byte " << cut;
    ASSERT_EQ(passed.usage.input, 7);
    ASSERT_EQ(passed.usage.output, 9);
  }
}

TEST(PassThrough, ShowsTheAliasAndChangesNothingElseAtAnyCut) {
  const std::string expected = with_alias(kStream);
  for (std::size_t cut = 0; cut <= kStream.size(); ++cut) {
    const Passed passed = pass({.events = true, .show_alias = true}, kStream, cut);
    ASSERT_EQ(passed.text, expected) << "cut at byte " << cut;
    ASSERT_EQ(passed.usage.output, 9);
  }
}

TEST(PassThrough, ShowsTheAliasInAWholeBody) {
  const std::string body =
      "{ \"model\" : \"up-1\", \"big\": 12345678901234567890, \"choices\": [] }";
  EXPECT_EQ(pass({.events = false, .show_alias = true}, body, 10).text, with_alias(body));
}

TEST(PassThrough, PassesAWholeBodyThatIsNotJson) {
  EXPECT_EQ(pass({.events = false, .show_alias = true}, "<html>", 2).text, "<html>");
}

TEST(PassThrough, HoldsBackTheBeginningOfAnEvent) {
  StreamEncoder encoder({.model = "fast", .keep_model = false, .include_usage = false});
  PassThrough passing({.events = true, .show_alias = false}, encoder);
  std::string out;
  ASSERT_TRUE(passing.feed("data: 1\n\ndata: 2", out));
  EXPECT_EQ(out, "data: 1\n\n");
  passing.finish(out);
  EXPECT_EQ(out, "data: 1\n\ndata: 2");
}

}  // namespace
}  // namespace patchbay::relay
