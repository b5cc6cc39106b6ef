// The provider itself: what it offers, which configurations it refuses, what its requests carry.

#include <gtest/gtest.h>

#include "tests/component/gemini/gemini_case.hpp"

namespace patchbay::testing {
namespace {

constexpr const char* kBody = R"({"messages":[{"role":"user","content":"x"}]})";

class GeminiProviderTest : public ::testing::Test {
 protected:
  FakeHost host_;
  PluginModule module_{kGeminiPlugin, host_};
};

TEST_F(GeminiProviderTest, OffersTheFormsOfOpenAiAndTheVendorsOwn) {
  FakeProvider provider(module_, R"({"models":["gemini-3-flash","imagen-4","gemini-embedding-001",
                                              "gemini-2.5-flash-image"]})");
  const pbay_provider_caps caps = provider.describe();
  std::string ops;
  for (std::size_t i = 0; i < caps.op_count; ++i) {
    ops += std::to_string(caps.ops[i].mode) + " " +
           std::string(caps.ops[i].dialect.ptr, caps.ops[i].dialect.len) + "\n";
  }
  EXPECT_EQ(ops,
            "1 openai.chat/1\n1 gemini.generate/1\n3 openai.embeddings/1\n"
            "2 openai.images.generations/1\n2 openai.images.edits/1\n6 openai.models/1\n7 raw/1\n");
  const auto bit = [](pbay_mode mode) { return PBAY_MODE_BIT(mode); };
  ASSERT_EQ(caps.model_count, 4u);
  EXPECT_EQ(caps.models[0]->modes, bit(PBAY_MODE_CHAT));
  EXPECT_EQ(caps.models[1]->modes, bit(PBAY_MODE_IMAGE));
  EXPECT_EQ(caps.models[2]->modes, bit(PBAY_MODE_EMBEDDING));
  EXPECT_EQ(caps.models[3]->modes, bit(PBAY_MODE_CHAT) | bit(PBAY_MODE_IMAGE));
}

TEST_F(GeminiProviderTest, RefusesAWrongConfiguration) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"([])", ""},
      {R"({"api_key":"a\nb"})", "/api_key"},
      {R"({"base_url":"ftp://x"})", "/base_url"},
      {R"({"version":"../v1"})", "/version"},
      {R"({"version":""})", "/version"},
      {R"({"version":"v1?x"})", "/version"},
      {R"({"models":[{"id":"m","mode":"telepathy"}]})", "/models/0/mode"},
      {R"({"headers":{"a b":"c"}})", "/headers/a b"},
      {R"({"headers":{"Host":"c"}})", "/headers/Host"}};
  for (const auto& [config, pointer] : wrong) {
    FakeProvider provider(module_, config);
    EXPECT_EQ(provider.status(), PBAY_E_CONFIG) << config;
    EXPECT_EQ(host_.setup_error().param, pointer) << config;
  }
}

TEST_F(GeminiProviderTest, SendsItsKeyInTheVendorsHeader) {
  FakeProvider provider(module_, R"({"api_key":"gm-key-123456","headers":{"X-Team":"blue"}})");
  FakeCall call(provider, {.model = "gemini-3-flash", .body = kBody});
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.url,
            "https://generativelanguage.googleapis.com/v1beta/models/gemini-3-flash:"
            "generateContent");
  EXPECT_EQ(built.header("x-goog-api-key"), "gm-key-123456");
  EXPECT_EQ(built.header("authorization"), "(none)");
  EXPECT_EQ(built.header("X-Team"), "blue");
  EXPECT_EQ(built.header("content-type"), "application/json");
  EXPECT_EQ(built.header("accept"), "application/json");
  EXPECT_EQ(built.header("user-agent"), "patchbay/9.9.9");
}

TEST_F(GeminiProviderTest, AHeaderOfTheUsersWins) {
  FakeProvider provider(module_, R"({"api_key":"k","headers":{"X-Goog-Api-Key":"other"}})");
  FakeCall call(provider, {.model = "m", .body = kBody});
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.header("X-Goog-Api-Key"), "other");
  EXPECT_EQ(built.header("x-goog-api-key"), "(none)");
}

TEST_F(GeminiProviderTest, StreamsFromTheStreamingMethod) {
  FakeProvider provider(module_, R"({"base_url":"http://127.0.0.1:1/","version":"v1"})");
  FakeCall call(provider, {.model = "gemini-3-flash", .body = kBody, .flags = PBAY_REQ_STREAM});
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.url, "http://127.0.0.1:1/v1/models/gemini-3-flash:streamGenerateContent?alt=sse");
  EXPECT_EQ(built.header("accept"), "text/event-stream");
  EXPECT_EQ(built.framing, PBAY_FRAME_AUTO);
}

TEST_F(GeminiProviderTest, TakesABaseUrlWithTheVersionToo) {
  FakeProvider provider(module_, R"({"base_url":"http://127.0.0.1:1/v1beta/"})");
  FakeCall call(provider, {.model = "m", .body = kBody});
  EXPECT_EQ(call.build().url, "http://127.0.0.1:1/v1beta/models/m:generateContent");
  FakeCall::Request raw;
  raw.mode = PBAY_MODE_RAW;
  raw.dialect = "raw/1";
  raw.method = "GET";
  raw.path = "/v1beta/files?pageSize=2";
  FakeCall other(provider, raw);
  EXPECT_EQ(other.build().url, "http://127.0.0.1:1/v1beta/files?pageSize=2");
}

TEST_F(GeminiProviderTest, AddsTheConfiguredSafetySettings) {
  FakeProvider provider(module_, R"({"safety_settings":[{"category":"HARM_CATEGORY_HARASSMENT",
      "threshold":"BLOCK_NONE"}]})");
  FakeCall call(provider, {.model = "m", .body = kBody});
  const std::string body = call.build().body;
  EXPECT_NE(body.find(R"("safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT",)"), body.npos);
  FakeCall other(provider,
                 {.model = "m",
                  .body = R"({"messages":[{"role":"user","content":"x"}],"safety_settings":[]})"});
  EXPECT_NE(other.build().body.find(R"("safetySettings":[])"), std::string::npos);
}

}  // namespace
}  // namespace patchbay::testing
