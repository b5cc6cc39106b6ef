// The openrouter plugin through its C tables: what goes up, and where to.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_host.hpp"
#include "tests/support/frame_allocations.hpp"

namespace patchbay::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kLibrary = PATCHBAY_TEST_PLUGINS "/openrouter/libpatchbay_openrouter.so";
constexpr std::uint32_t kSame = PBAY_REQ_SAME_DIALECT;
const Headers kEvents{{"content-type", "text/event-stream"}};
const Headers kJson{{"content-type", "application/json"}};

class OpenRouterCall : public ::testing::Test {
 protected:
  BuiltRequest build(std::string_view config, FakeCall::Request request) {
    FakeProvider provider(module_, config);
    EXPECT_EQ(provider.status(), PBAY_OK);
    FakeCall call(provider, std::move(request));
    return call.build();
  }
  std::string refusal(std::string_view config) {
    FakeProvider provider(module_, config);
    if (provider.status() == PBAY_OK) return "";
    return host_.setup_error().param + ": " + host_.setup_error().message;
  }

  FakeHost host_;
  PluginModule module_{kLibrary, host_};
};

TEST_F(OpenRouterCall, SaysWhoTheApplicationIs) {
  const BuiltRequest built = build(
      R"({"api_key":"sk-or-0123456789","app_url":"https://app.example","app_title":"My App"})",
      {.model = "maker/model",
       .body = R"({"model":"maker/model"})",
       .flags = kSame,
       .headers = {
           {"x-title", "other"}, {"x-openrouter-categories", "cli"}, {"x-stainless-os", "L"}}});
  EXPECT_EQ(built.url, "https://openrouter.ai/api/v1/chat/completions");
  EXPECT_EQ(built.header("authorization"), "Bearer sk-or-0123456789");
  EXPECT_EQ(built.header("http-referer"), "https://app.example");
  EXPECT_EQ(built.header("x-openrouter-title"), "My App");
  EXPECT_EQ(built.header("x-title"), "My App") << "the configuration wins over the client";
  EXPECT_EQ(built.header("x-openrouter-categories"), "cli");
  EXPECT_EQ(built.header("x-stainless-os"), "(none)");
}

TEST_F(OpenRouterCall, LetsTheClientSayWhoItIsWhereTheConfigurationIsSilent) {
  const BuiltRequest built =
      build("{}",
            {.model = "m",
             .body = R"({"model":"m"})",
             .headers = {{"http-referer", "https://c.example"}, {"x-title", "Client"}}});
  EXPECT_EQ(built.header("http-referer"), "https://c.example");
  EXPECT_EQ(built.header("x-title"), "Client");
  EXPECT_EQ(built.header("x-openrouter-title"), "(none)");
}

TEST_F(OpenRouterCall, PutsTheRoutingInWhereTheClientHasNone) {
  const std::string config = R"({"provider":{"order":["a"],"allow_fallbacks":false}})";
  const auto body = [&](const std::string& client, pbay_mode mode, const char* dialect) {
    return build(config,
                 {.model = "m", .body = client, .flags = kSame, .mode = mode, .dialect = dialect})
        .body;
  };
  EXPECT_EQ(body(R"({"model":"m","x":1})", PBAY_MODE_CHAT, "openai.chat/1"),
            R"({"provider":{"order":["a"],"allow_fallbacks":false},"model":"m","x":1})");
  EXPECT_EQ(body(R"({"x":1})", PBAY_MODE_EMBEDDING, "openai.embeddings/1"),
            R"({"model":"m","provider":{"order":["a"],"allow_fallbacks":false},"x":1})");
  const std::string own = R"({"model":"m","provider":null})";
  EXPECT_EQ(body(own, PBAY_MODE_CHAT, "openai.chat/1"), own);
  const std::string speech = R"({"model":"m","input":"x"})";
  EXPECT_EQ(body(speech, PBAY_MODE_SPEECH, "openai.audio.speech/1"), speech);
}

TEST_F(OpenRouterCall, RoutesADrawingToo) {
  const BuiltRequest built = build(R"({"provider":{"only":["a"]}})",
                                   {.model = "m",
                                    .body = R"({"model":"x","prompt":"p"})",
                                    .mode = PBAY_MODE_IMAGE,
                                    .dialect = "openai.images.generations/1"});
  EXPECT_EQ(built.url, "https://openrouter.ai/api/v1/chat/completions");
  EXPECT_EQ(built.body,
            R"({"model":"m","messages":[{"role":"user","content":"p"}],)"
            R"("modalities":["image","text"],"provider":{"only":["a"]}})");
}

TEST_F(OpenRouterCall, FindsTheImagesEndpoint) {
  const FakeCall::Request request{.model = "m",
                                  .body = R"({"model":"m","prompt":"p"})",
                                  .flags = kSame,
                                  .mode = PBAY_MODE_IMAGE,
                                  .dialect = "openai.images.generations/1"};
  const BuiltRequest built = build("{}", request);
  EXPECT_EQ(built.url, "https://openrouter.ai/api/v1/images");
  EXPECT_EQ(built.body, request.body);

  FakeProvider provider(module_, R"({"image_api":"images"})");
  FakeCall::Request typed = request;
  typed.flags = 0;
  FakeCall call(provider, typed);
  EXPECT_EQ(call.build().url, "https://openrouter.ai/api/v1/images");
  EXPECT_EQ(call.head(200, kJson, PBAY_FRAME_WHOLE), PBAY_OK);
  EXPECT_EQ(call.frames({{R"({"created":5,"data":[{"b64_json":"AAAA","media_type":"image/png"}],)"
                          R"("usage":{"prompt_tokens":1,"completion_tokens":2,"cost":0.04}})",
                          ""}}),
            PBAY_OK);
  EXPECT_EQ(call.end(), PBAY_OK);
  EXPECT_THAT(call.transcript(), HasSubstr("IMAGE 0.0 kind=2 mime=\"image/png\" \"AAAA\""));
  EXPECT_THAT(call.transcript(), HasSubstr("cost_nano_usd=40000000"));
}

TEST_F(OpenRouterCall, PutsWhatAHistoryLacksBetweenTheClientsBytes) {
  const std::string rest = R"("content":"b","reasoning_content":"r"}],"big":")" +
                           std::string(100'000, 'x') + R"(","model":"alias"})";
  FakeProvider provider(module_, R"({"provider":{}})");
  FakeCall call(provider, {.model = "m", .body = R"({"messages":[{"role":"assistant",)" + rest});
  const BuiltRequest built = call.build();
  std::string expected =
      R"({"provider":{},"messages":[{"reasoning":"r","role":"assistant",)" + rest;
  expected.replace(expected.find("\"alias\""), 7, "\"m\"");
  EXPECT_EQ(built.body, expected);
  EXPECT_EQ(built.pieces, 7u) << "the client's own stays where it lies";
}

TEST_F(OpenRouterCall, PassesOtherPathsThrough) {
  const BuiltRequest built = build("{}",
                                   {.model = "",
                                    .body = "",
                                    .flags = kSame,
                                    .mode = PBAY_MODE_RAW,
                                    .dialect = "raw/1",
                                    .method = "GET",
                                    .path = "/key?x=1"});
  EXPECT_EQ(built.method, "GET");
  EXPECT_EQ(built.url, "https://openrouter.ai/api/v1/key?x=1");
  EXPECT_EQ(built.pieces, 0u);
}

TEST_F(OpenRouterCall, AChunkThatPassesCostsNoAllocation) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider, {.model = "m", .body = "{}", .flags = kSame | PBAY_REQ_STREAM});
  call.build();
  ASSERT_EQ(call.head(200, kEvents, PBAY_FRAME_SSE), PBAY_OK);
  const std::string chunk =
      R"({"id":"g","provider":"P","model":"m","object":"chat.completion.chunk","created":1,)"
      R"("choices":[{"index":0,"delta":{"role":"assistant","content":" token","reasoning":null},)"
      R"("finish_reason":null,"native_finish_reason":null,"logprobs":null}]})";
  EXPECT_EQ(allocations_in_frames(call, {chunk, ""}, 1000), 0u);
}

TEST_F(OpenRouterCall, CountsTheUsageOfAnAnswerThatPasses) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider, {.model = "m", .body = "{}", .flags = kSame});
  call.build();
  ASSERT_EQ(call.head(200, kJson, PBAY_FRAME_WHOLE), PBAY_OK);
  const std::string body =
      R"({"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"cost":0.5}})";
  EXPECT_EQ(call.frames({{body, ""}}), PBAY_OK);
  EXPECT_EQ(call.end(), PBAY_OK);
  EXPECT_THAT(call.transcript(), HasSubstr("USAGE input=7 output=2 cost_nano_usd=500000000"));
}

TEST_F(OpenRouterCall, TellsABrokenConnectionFromAnEnd) {
  FakeProvider provider(module_, "{}");
  FakeCall broken(provider, {.model = "m", .body = "{}", .flags = kSame | PBAY_REQ_STREAM});
  broken.build();
  broken.head(200, kEvents, PBAY_FRAME_SSE);
  broken.frames({{R"({"choices":[{"delta":{},"finish_reason":"stop"}]})", ""}});
  EXPECT_EQ(broken.end(PBAY_E_TIMEOUT), PBAY_E_TIMEOUT);
  EXPECT_EQ(broken.error().category, PBAY_ERR_TIMEOUT);
  FakeCall done(provider, {.model = "m", .body = "{}", .flags = kSame | PBAY_REQ_STREAM});
  done.build();
  done.head(200, kEvents, PBAY_FRAME_SSE);
  EXPECT_EQ(done.frames({{"[DONE]", ""}}), PBAY_S_STOP);
  EXPECT_EQ(done.end(PBAY_E_PROTOCOL), PBAY_OK);
}

TEST_F(OpenRouterCall, NeverShowsItsKey) {
  FakeProvider provider(module_, R"({"api_key":"sk-or-0123456789"})");
  FakeCall call(provider, {.model = "m", .body = "{}", .flags = kSame});
  call.build();
  call.head(400, kJson, PBAY_FRAME_WHOLE);
  call.frames(
      {{R"({"error":{"message":"bad","code":400,"metadata":{"raw":"sk-or-0123456789"}}})", ""}});
  EXPECT_EQ(call.error().message, "bad: ***");
  EXPECT_THAT(call.error().upstream_body, Not(HasSubstr("sk-or-0123456789")));
}

TEST_F(OpenRouterCall, RefusesAConfigurationThatCannotWork) {
  EXPECT_EQ(refusal("{}"), "");
  EXPECT_EQ(refusal(R"({"provider":[]})"), "/provider: it must be an object");
  EXPECT_THAT(refusal(R"({"app_title":"a\nb"})"), HasSubstr("/app_title: "));
  EXPECT_THAT(refusal(R"({"base_url":"ftp://x"})"), HasSubstr("/base_url: "));
}

TEST_F(OpenRouterCall, TellsWhatItsModelsDo) {
  FakeProvider provider(
      module_, R"({"models":["maker/model","maker/draws-image",{"id":"flux","mode":"image"}]})");
  const pbay_provider_caps caps = provider.describe();
  ASSERT_EQ(caps.model_count, 3u);
  constexpr std::uint64_t kChat = PBAY_MODE_BIT(PBAY_MODE_CHAT);
  constexpr std::uint64_t kImage = PBAY_MODE_BIT(PBAY_MODE_IMAGE);
  EXPECT_EQ(caps.models[0]->modes, kChat);
  EXPECT_EQ(caps.models[1]->modes, kChat | kImage);
  EXPECT_EQ(caps.models[2]->modes, kImage);
}

}  // namespace
}  // namespace patchbay::testing
