// The openai plugin through its C tables: what goes up, what is refused, what passes through.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_host.hpp"

namespace patchbay::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kLibrary = PATCHBAY_TEST_PLUGINS "/openai/libpatchbay_openai.so";
constexpr std::uint32_t kSame = PBAY_REQ_SAME_DIALECT;
constexpr std::uint32_t kCounted = PBAY_REQ_STREAM | PBAY_REQ_WANT_USAGE;
const Headers kJson{{"content-type", "application/json"}};
const Headers kEvents{{"content-type", "text/event-stream"}};

class OpenAiCall : public ::testing::Test {
 protected:
  BuiltRequest build(const std::string& body,
                     std::uint32_t flags,
                     const std::string& model = "up") {
    FakeProvider provider(module_, R"({"api_key":"sk-0123456789"})");
    FakeCall call(provider, {.model = model, .body = body, .flags = flags});
    return call.build();
  }
  // What the configuration is refused with, as "<pointer>: <message>"; empty if it is taken.
  std::string refusal(std::string_view config) {
    FakeProvider provider(module_, config);
    if (provider.status() == PBAY_OK) return "";
    EXPECT_EQ(provider.status(), PBAY_E_CONFIG);
    return host_.setup_error().param + ": " + host_.setup_error().message;
  }

  FakeHost host_;
  PluginModule module_{kLibrary, host_};
};

TEST_F(OpenAiCall, PutsTheUpstreamModelIntoTheClientsBytes) {
  const BuiltRequest built =
      build(R"({ "temperature" : 1.0, "model":"fast" , "x":"\u00e9" })", kSame, "gpt \"4\"");
  EXPECT_EQ(built.body, R"({ "temperature" : 1.0, "model":"gpt \"4\"" , "x":"\u00e9" })");
  EXPECT_EQ(built.pieces, 3u);
  EXPECT_EQ(built.method, "POST");
  EXPECT_EQ(built.url, "https://api.openai.com/v1/chat/completions");
}

TEST_F(OpenAiCall, KeepsABodyWholeThatNamesTheModelAlready) {
  const std::string body = R"({"model":"\u0075p","messages":[]})";  // says "up" with an escape
  const BuiltRequest built = build(body, kSame);
  EXPECT_EQ(built.body, body);
  EXPECT_EQ(built.pieces, 1u);
}

TEST_F(OpenAiCall, NamesTheModelWhereTheClientDidNot) {
  EXPECT_EQ(build(R"( {"messages":[]})", kSame).body, R"( {"model":"up","messages":[]})");
  EXPECT_EQ(build("{ }", kSame).body, R"({"model":"up" })");
}

TEST_F(OpenAiCall, NamesABodyThatTheHostKeepsElsewhere) {
  EXPECT_EQ(build("", kSame).body, "<client body>");
}

TEST_F(OpenAiCall, AsksForUsageWhereSomebodyCounts) {
  EXPECT_EQ(build(R"({"model":"a","stream":true})", kCounted).body,
            R"({"stream_options":{"include_usage":true},"model":"up","stream":true})");
  EXPECT_EQ(build(R"({"stream_options":{"x":1},"model":"a"})", kCounted).body,
            R"({"stream_options":{"include_usage":true,"x":1},"model":"up"})");
  EXPECT_EQ(build(R"({"model":"a","stream_options":{}})", kCounted).body,
            R"({"model":"up","stream_options":{"include_usage":true}})");
  EXPECT_EQ(build(R"({"model":"a","stream_options":{"include_usage":false}})", kCounted).body,
            R"({"model":"up","stream_options":{"include_usage":true}})");
  EXPECT_EQ(build(R"({"model":"a","stream_options":null})", kCounted).body,
            R"({"model":"up","stream_options":{"include_usage":true}})");
  EXPECT_EQ(build(R"({"stream":true})", kCounted).body,
            R"({"model":"up","stream_options":{"include_usage":true},"stream":true})");
}

TEST_F(OpenAiCall, AsksForUsageNowhereElse) {
  const std::string asked = R"({"model":"up","stream_options":{"include_usage":true}})";
  EXPECT_EQ(build(asked, kCounted).body, asked);
  const std::string plain = R"({"model":"up","stream":true})";
  EXPECT_EQ(build(plain, PBAY_REQ_STREAM).body, plain) << "nobody counts";
  EXPECT_EQ(build(plain, PBAY_REQ_WANT_USAGE).body, plain) << "whole answers have it";
  EXPECT_EQ(build(plain, kCounted | kSame).body, plain) << "the client's bytes are kept";
}

TEST_F(OpenAiCall, SendsTheConfiguredHeaders) {
  FakeProvider provider(module_, R"({"api_key":"sk-0123456789","organization":"org","project":"prj",
      "base_url":"http://127.0.0.1:1/api/v1/","headers":{"X-Team":"a b","User-Agent":"mine"}})");
  FakeCall call(provider, {.model = "m", .body = R"({"model":"m"})", .flags = PBAY_REQ_STREAM});
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.url, "http://127.0.0.1:1/api/v1/chat/completions");
  EXPECT_EQ(built.header("authorization"), "Bearer sk-0123456789");
  EXPECT_EQ(built.header("openai-organization"), "org");
  EXPECT_EQ(built.header("openai-project"), "prj");
  EXPECT_EQ(built.header("content-type"), "application/json");
  EXPECT_EQ(built.header("accept"), "text/event-stream");
  EXPECT_EQ(built.header("X-Team"), "a b");
  EXPECT_EQ(built.header("User-Agent"), "mine");
  EXPECT_EQ(built.header("user-agent"), "(none)") << "a configured header wins over ours";
}

TEST_F(OpenAiCall, SendsNoAuthorizationWithoutAKey) {
  FakeProvider provider(module_, R"({"api_key":""})");
  FakeCall call(provider, {.model = "m", .body = R"({"model":"m"})"});
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.header("authorization"), "(none)");
  EXPECT_EQ(built.header("accept"), "application/json");
  EXPECT_EQ(built.header("user-agent"), "patchbay/9.9.9");
}

TEST_F(OpenAiCall, ForwardsTheClientHeadersItNames) {
  FakeProvider provider(module_, "{}");
  EXPECT_THAT(
      std::string(provider.describe().client_headers.ptr, provider.describe().client_headers.len),
      "openai-beta idempotency-key content-type accept");
  FakeCall call(provider,
                {.model = "m",
                 .body = R"({"model":"m"})",
                 .headers = {{"OpenAI-Beta", "assistants=v2"},
                             {"Idempotency-Key", "k1"},
                             {"X-Stainless-Lang", "js"},
                             {"Content-Type", "text/odd"},
                             {"Accept", "*/*"}}});
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.header("openai-beta"), "assistants=v2");
  EXPECT_EQ(built.header("idempotency-key"), "k1");
  EXPECT_EQ(built.header("X-Stainless-Lang"), "(none)");
  EXPECT_EQ(built.header("content-type"), "application/json") << "the body is what we say it is";
  EXPECT_EQ(built.header("accept"), "application/json");
}

TEST_F(OpenAiCall, ListsTheConfiguredModels) {
  FakeProvider provider(module_, R"({"models":["a","b"]})");
  const pbay_provider_caps caps = provider.describe();
  ASSERT_EQ(caps.model_count, 2u);
  EXPECT_EQ(std::string(caps.models[1]->id.ptr, caps.models[1]->id.len), "b");
  EXPECT_EQ(caps.models[1]->modes, PBAY_MODE_BIT(PBAY_MODE_CHAT));
}

TEST_F(OpenAiCall, RefusesAConfigurationThatCannotWork) {
  EXPECT_EQ(refusal("{}"), "");
  EXPECT_EQ(refusal(R"({"base_url":"api.example"})"),
            "/base_url: it must be an http:// or https:// URL without a query");
  EXPECT_THAT(refusal(R"({"base_url":"https://"})"), HasSubstr("/base_url"));
  EXPECT_THAT(refusal(R"({"base_url":"https://a.example/v1?key=1"})"), HasSubstr("/base_url"));
  EXPECT_EQ(refusal(R"({"headers":{"a b":"c"}})"),
            "/headers/a b: this is not the name of a header");
  EXPECT_EQ(refusal(R"({"headers":{"Host":"c"}})"),
            "/headers/Host: this header cannot be configured");
  EXPECT_THAT(refusal(R"({"headers":{"x":"a\r\ny: b"}})"), HasSubstr("control characters"));
  const std::string key = refusal(R"({"api_key":"sk-secret\r\n"})");
  EXPECT_EQ(key, "/api_key: a key must be text without control characters");
}

TEST_F(OpenAiCall, PassesAnAnswerOfTheSameDialectThrough) {
  FakeProvider provider(module_, "{}");
  FakeCall stream(provider, {.model = "m", .body = "{}", .flags = kSame | PBAY_REQ_STREAM});
  stream.build();
  EXPECT_EQ(stream.head(200, kEvents, PBAY_FRAME_SSE), PBAY_S_PASSTHROUGH);
  EXPECT_EQ(stream.end(), PBAY_OK);
  EXPECT_EQ(stream.transcript(), "");
  FakeCall cut(provider, {.model = "m", .body = "{}", .flags = kSame});
  cut.build();
  EXPECT_EQ(cut.head(200, kJson, PBAY_FRAME_WHOLE), PBAY_S_PASSTHROUGH);
  EXPECT_EQ(cut.end(PBAY_E_PROTOCOL), PBAY_E_PROTOCOL);
  EXPECT_EQ(cut.error().category, PBAY_ERR_UPSTREAM);
}

TEST_F(OpenAiCall, KeepsTheUpstreamsErrorBodyForClientsOfTheSameDialect) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider, {.model = "m", .body = "{}", .flags = kSame});
  call.build();
  EXPECT_EQ(call.head(400, kJson, PBAY_FRAME_WHOLE), PBAY_OK);
  const std::string body = R"({"error":{"message":"no","type":"t","param":null,"code":"c"}})";
  EXPECT_EQ(call.frames({{body, ""}}), PBAY_E_FAIL);
  EXPECT_EQ(call.error().upstream_body, body);
  EXPECT_EQ(call.error().message, "no");
}

TEST_F(OpenAiCall, NeverShowsItsKey) {
  FakeProvider provider(module_, R"({"api_key":"sk-0123456789"})");
  FakeCall call(provider, {.model = "m", .body = "{}"});
  call.build();
  call.head(401, kJson, PBAY_FRAME_WHOLE);
  call.frames({{R"({"error":{"message":"bad key sk-0123456789","code":"sk-0123456789"}})", ""}});
  EXPECT_EQ(call.error().category, PBAY_ERR_AUTH);
  EXPECT_EQ(call.error().message, "bad key ***");
  EXPECT_THAT(call.error().upstream_body, Not(HasSubstr("sk-0123456789")));
  EXPECT_THAT(call.error().code, Not(HasSubstr("sk-0123456789")));
  for (const LogLine& line : host_.logs())
    EXPECT_THAT(line.message, Not(HasSubstr("sk-")));
}

TEST_F(OpenAiCall, TellsABrokenConnectionFromASlowOne) {
  FakeProvider provider(module_, "{}");
  for (const auto& [status, category] : {std::pair{PBAY_E_TIMEOUT, PBAY_ERR_TIMEOUT},
                                         std::pair{PBAY_E_PROTOCOL, PBAY_ERR_UPSTREAM}}) {
    FakeCall call(provider, {.model = "m", .body = "{}", .flags = PBAY_REQ_STREAM});
    call.build();
    call.head(200, kEvents, PBAY_FRAME_SSE);
    EXPECT_EQ(call.end(status), status);
    EXPECT_EQ(call.error().category, category);
  }
}

TEST_F(OpenAiCall, DoesNotMindHowTheConnectionEndsAfterTheEndMark) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider, {.model = "m", .body = "{}", .flags = PBAY_REQ_STREAM});
  call.build();
  call.head(200, kEvents, PBAY_FRAME_SSE);
  EXPECT_EQ(call.frames({{R"({"id":"1","choices":[{"index":0,"delta":{"content":"a"}}]})", ""},
                         {"[DONE]", ""}}),
            PBAY_S_STOP);
  EXPECT_EQ(call.end(PBAY_E_PROTOCOL), PBAY_OK);
}

TEST_F(OpenAiCall, LivesWithoutTheArena) {
  FakeProvider provider(module_, "{}");
  host_.arena_limit = 0;
  FakeCall call(provider, {.model = "m", .body = R"({"model":"x"})"});
  EXPECT_EQ(call.created(), PBAY_OK) << "the call itself can be on the heap";
}

}  // namespace
}  // namespace patchbay::testing
