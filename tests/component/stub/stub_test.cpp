// The stub's answers: what it says by configuration and by request.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_host.hpp"

namespace patchbay::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint32_t kStream = PBAY_REQ_STREAM | PBAY_REQ_SAME_DIALECT;

std::string asking(const std::string& text, const std::string& more = "") {
  return R"({"model":"any",)" + more +
         R"("messages":[{"role":"system","content":"Be brief now."},)" +
         R"({"role":"user","content":)" + text + "}]}";
}

// The lines of a transcript that begin with one of these words.
std::string only(const std::string& transcript, std::string_view type) {
  std::istringstream lines(transcript);
  std::string line;
  std::string out;
  while (std::getline(lines, line)) {
    if (line.starts_with(type)) out += line + "\n";
  }
  return out;
}

class Stub : public ::testing::Test {
 protected:
  std::string answer(std::string_view config, const std::string& body) {
    FakeProvider provider(module_, config);
    EXPECT_EQ(provider.status(), PBAY_OK) << host_.setup_error().message;
    FakeCall call(provider, {.model = "m1", .body = body, .flags = kStream});
    EXPECT_EQ(call.start(), PBAY_OK) << call.error().message;
    EXPECT_EQ(call.completions(), 1);
    EXPECT_EQ(call.completion(), PBAY_OK);
    return call.transcript();
  }
  std::string complaint(const std::string& body) {
    FakeProvider provider(module_, "{}");
    FakeCall call(provider, {.model = "m1", .body = body, .flags = kStream});
    EXPECT_EQ(call.start(), PBAY_E_INVALID);
    EXPECT_EQ(call.error().category, PBAY_ERR_BAD_REQUEST);
    EXPECT_EQ(call.completions(), 0);
    return call.error().message;
  }
  std::string refusal(std::string_view config) {
    FakeProvider provider(module_, config);
    EXPECT_EQ(provider.status(), PBAY_E_CONFIG);
    return host_.setup_error().param + ": " + host_.setup_error().message;
  }

  FakeHost host_;
  PluginModule module_{PATCHBAY_TEST_PLUGINS "/stub/libpatchbay_stub.so", host_};
};

TEST_F(Stub, GreetsWhenNothingIsConfigured) {
  const std::string said = answer("{}", asking("\"Hi there\""));
  EXPECT_THAT(said, HasSubstr("META id=\"chatcmpl-stub-"));
  EXPECT_THAT(said, HasSubstr("model=\"m1\" fingerprint=\"stub\" created=1700000000\n"));
  EXPECT_EQ(said.substr(said.find('\n') + 1),
            "TEXT 0.0 \"Hello\"\n"
            "TEXT 0.0 \" from\"\n"
            "TEXT 0.0 \" Patchbay\"\n"
            "ITEM_END 0.0\n"
            "FINISH 0 stop \"stop\"\n"
            "USAGE input=5 output=3 reasoning=0 cache_read=0\n");
}

TEST_F(Stub, SaysTheSameToTheSameQuestion) {
  const std::string body = asking("\"Hi\"", R"("stub":{"tokens":40},)");
  EXPECT_EQ(answer("{}", body), answer("{}", body));
}

TEST_F(Stub, KeepsEveryByteOfAReply) {
  EXPECT_EQ(only(answer(R"({"reply":"  a\n\nb  c \u00e9 "})", asking("\"x\"")), "TEXT"),
            "TEXT 0.0 \"  a\"\nTEXT 0.0 \"\\n\\nb\"\nTEXT 0.0 \"  c\"\nTEXT 0.0 \" \xC3\xA9 \"\n");
}

TEST_F(Stub, EchoesTheLastUserMessage) {
  EXPECT_EQ(only(answer(R"({"mode":"echo"})", asking(R"([{"type":"text","text":"one"},
            {"type":"image_url","image_url":{"url":"u"}},{"type":"text","text":"two"}])")),
                 "TEXT"),
            "TEXT 0.0 \"one\"\nTEXT 0.0 \"\\ntwo\"\n");
}

TEST_F(Stub, MakesUpAsManyWordsAsAsked) {
  const std::string said = answer(R"({"tokens":3})", asking("\"x\""));
  EXPECT_EQ(only(said, "TEXT"),
            "TEXT 0.0 \"amber\"\nTEXT 0.0 \" harbor\"\nTEXT 0.0 \" orchard\"\n");
  EXPECT_THAT(said, HasSubstr("output=3"));
  EXPECT_EQ(only(answer(R"({"tokens":0})", asking("\"x\"")), "TEXT"), "");
}

TEST_F(Stub, IsScriptedByTheRequest) {
  const std::string body = asking("\"x\"", R"("stub":{"reply":"From the request"},)");
  EXPECT_THAT(answer(R"({"reply":"From the file"})", body), HasSubstr("\" request\""));
}

TEST_F(Stub, IsScriptedByTheMessage) {
  const std::string body = asking(R"("stub: {\"reply\": \"Mine\"} ")",
                                  R"("stub":{"reply":"Not mine","reasoning":"R"},)");
  const std::string said = answer("{}", body);
  EXPECT_EQ(only(said, "TEXT"), "TEXT 0.1 \"Mine\"\n");
  EXPECT_EQ(only(said, "REASONING"), "REASONING 0.0 \"R\"\n");
}

TEST_F(Stub, TakesAMessageThatOnlyLooksLikeAScriptAsText) {
  EXPECT_EQ(only(answer(R"({"mode":"echo"})", asking("\"stub: hello\"")), "TEXT"),
            "TEXT 0.0 \"stub:\"\nTEXT 0.0 \" hello\"\n");
}

TEST_F(Stub, CallsTools) {
  const std::string said = answer(
      R"({"tool_calls":[{"name":"f","arguments":{"city":"Oslo","days":[1,2]}},{"name":"g"}]})",
      asking("\"x\""));
  EXPECT_EQ(said.substr(said.find('\n') + 1),
            "TOOL_BEGIN 0.0 id=\"call_stub_2_0_0\" name=\"f\"\n"
            "TOOL_ARGS 0.0 \"{\\\"city\\\":\\\"Oslo\\\",\\\"\"\n"
            "TOOL_ARGS 0.0 \"days\\\":[1,2]}\"\n"
            "ITEM_END 0.0\n"
            "TOOL_BEGIN 0.1 id=\"call_stub_2_0_1\" name=\"g\"\n"
            "TOOL_ARGS 0.1 \"{}\"\n"
            "ITEM_END 0.1\n"
            "FINISH 0 tools \"tool_calls\"\n"
            "USAGE input=4 output=3 reasoning=0 cache_read=0\n");
}

TEST_F(Stub, CallsTheToolThatTheRequestDemands) {
  const std::string tools =
      R"("tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":)"
      R"({"name":"b","parameters":{"type":"object","required":["s","n","e","o"],"properties":)"
      R"({"s":{"type":"string"},"n":{"type":"integer","minimum":3},"e":{"enum":["x","y"]},)"
      R"("o":{"type":"object","required":["l"],"properties":{"l":{"type":"array"}}},)"
      R"("not":{"type":"string"}}}}}],)";
  const std::string named = tools + R"("tool_choice":{"type":"function","function":{"name":"b"}},)";
  const std::string said = answer(R"({"reply":"configured"})", asking("\"x\"", named));
  EXPECT_THAT(said, HasSubstr("name=\"b\""));
  EXPECT_THAT(said, HasSubstr(R"("{\"s\":\"\",\"n\":3,\"e")"));
  EXPECT_THAT(said, HasSubstr(R"("\":\"x\",\"o\":{\"l\":[")"));
  EXPECT_THAT(said, Not(HasSubstr("TEXT")));
  EXPECT_THAT(answer("{}", asking("\"x\"", tools + R"("tool_choice":"required",)")),
              HasSubstr("name=\"a\""));
  EXPECT_THAT(answer("{}", asking("\"x\"", tools + R"("tool_choice":"auto",)")),
              HasSubstr("Hello"));
  EXPECT_THAT(answer("{}", asking("\"x\"", named + R"("stub":{"reply":"scripted"},)")),
              HasSubstr("scripted"));
}

TEST_F(Stub, ThinksRefusesAndShows) {
  const std::string said =
      answer(R"({"reasoning":"Let me see","refusal":"I will not"})", asking("\"x\""));
  EXPECT_EQ(only(said, "REASONING"),
            "REASONING 0.0 \"Let\"\nREASONING 0.0 \" me\"\nREASONING 0.0 \" see\"\n");
  EXPECT_EQ(only(said, "REFUSAL"),
            "REFUSAL 0.1 \"I\"\nREFUSAL 0.1 \" will\"\nREFUSAL 0.1 \" not\"\n");
  EXPECT_THAT(said, HasSubstr("output=6 reasoning=3"));
  EXPECT_THAT(answer(R"({"image":"https://img.example/1.png"})", asking("\"x\"")),
              HasSubstr("\"![Generated\"\nTEXT 0.0 \" Image](https://img.example/1.png)\""));
  EXPECT_THAT(answer(R"({"image":true})", asking("\"x\"")), HasSubstr("](data:image/gif;base64,"));
}

TEST_F(Stub, FinishesAndCountsAsTold) {
  const std::string said = answer(
      R"({"finish":"length","usage":{"input":100,"output":50,"reasoning":20,"cache_read":80}})",
      asking("\"x\""));
  EXPECT_THAT(said, HasSubstr("FINISH 0 length \"length\""));
  EXPECT_THAT(said, HasSubstr("USAGE input=100 output=50 reasoning=20 cache_read=80"));
}

TEST_F(Stub, GivesAsManyChoicesAsAsked) {
  const std::string said = answer(R"({"reply":"A b"})", asking("\"x\"", R"("n":2,)"));
  EXPECT_EQ(said.substr(said.find('\n') + 1),
            "TEXT 0.0 \"A\"\nTEXT 1.0 \"A\"\nTEXT 0.0 \" b\"\nTEXT 1.0 \" b\"\n"
            "ITEM_END 0.0\nITEM_END 1.0\nFINISH 0 stop \"stop\"\nFINISH 1 stop \"stop\"\n"
            "USAGE input=4 output=4 reasoning=0 cache_read=0\n");
}

TEST_F(Stub, NamesWhatIsWrongWithARequest) {
  EXPECT_EQ(complaint("[]"), "the body is not a JSON object");
  EXPECT_EQ(complaint(R"({"model":"m"})"), "messages: must be a list");
  EXPECT_EQ(complaint(asking("\"x\"", R"("n":17,)")), "n: must be a whole number from 1 to 16");
  EXPECT_EQ(complaint(asking("\"x\"", R"("stub":{"tokens":"5"},)")),
            "stub: tokens: must be a whole number from 0 to 1000000");
  EXPECT_THAT(complaint(asking("\"x\"", R"("stub":{"tokns":5},)")),
              HasSubstr("stub: tokns: unknown; the keys are reply, mode, tokens"));
  EXPECT_THAT(complaint(asking("\"x\"", R"("stub":{"api_key":"k"},)")),
              HasSubstr("api_key: unknown"));
  EXPECT_EQ(complaint(asking("\"x\"", R"("stub":{"error":{"status":200}},)")),
            "stub: error: status: must be a whole number from 400 to 599");
  EXPECT_EQ(complaint(asking("\"x\"", R"("stub":{"reply":"a","tokens":1},)")),
            "stub: reply, mode: echo, tokens, image and refusal exclude each other");
  EXPECT_THAT(complaint(asking(R"("stub:{\"tokens\": }")")), HasSubstr("is not JSON, at byte"));
  EXPECT_THAT(complaint(asking("\"x\"", R"("tool_choice":"required",)")), HasSubstr("tool_choice"));
}

TEST_F(Stub, RefusesAWrongConfiguration) {
  EXPECT_EQ(refusal(R"({"first_delay_ms":-1})"),
            "/first_delay_ms: must be a whole number from 0 to 600000");
  EXPECT_THAT(refusal(R"({"replly":"x"})"), HasSubstr("/replly: unknown"));
  host_.offers_async = false;
  EXPECT_THAT(refusal("{}"), HasSubstr("patchbay.host.async/1"));
}

TEST_F(Stub, IgnoresWhatOnlyAVendorNeeds) {
  FakeProvider provider(module_, R"({"api_key":"k","base_url":"http://x","models":["a"]})");
  EXPECT_EQ(provider.status(), PBAY_OK);
  EXPECT_EQ(provider.describe().model_count, 1u);
}

}  // namespace
}  // namespace patchbay::testing
