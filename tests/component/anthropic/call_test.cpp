// What goes up and what comes back beside the translation: paths, headers, the vendor's own
// dialect, the list of models, any path, refusals and faults.

#include <gtest/gtest.h>

#include "core/json/value.hpp"
#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

constexpr const char* kLibrary = PATCHBAY_TEST_PLUGINS "/anthropic/libpatchbay_anthropic.so";
const std::string kRequest =
    R"({"model":"alias","messages":[{"role":"user","content":"hi"}],"stream":true})";
const Headers kJson{{"content-type", "application/json"}};
const Headers kStream{{"content-type", "text/event-stream"}};

class AnthropicCallTest : public ::testing::Test {
 protected:
  FakeHost host_;
  PluginModule module_{kLibrary, host_};
};

TEST_F(AnthropicCallTest, SendsTheKeyAndTheVersion) {
  FakeProvider provider(module_, R"({"api_key":"sk-ant-1"})");
  FakeCall call(provider,
                {.model = "claude-sonnet-4-5", .body = kRequest, .flags = PBAY_REQ_STREAM});
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.method, "POST");
  EXPECT_EQ(built.url, "https://api.anthropic.com/v1/messages");
  EXPECT_EQ(built.header("x-api-key"), "sk-ant-1");
  EXPECT_EQ(built.header("authorization"), "(none)");
  EXPECT_EQ(built.header("anthropic-version"), "2023-06-01");
  EXPECT_EQ(built.header("anthropic-beta"), "(none)");
  EXPECT_EQ(built.header("content-type"), "application/json");
  EXPECT_EQ(built.header("accept"), "text/event-stream");
  EXPECT_EQ(built.header("user-agent"), "patchbay/9.9.9");
  EXPECT_EQ(built.body,
            R"({"model":"claude-sonnet-4-5","max_tokens":32000,"messages":[{"role":"user",)"
            R"("content":[{"type":"text","text":"hi"}]}],"stream":true})");
}

TEST_F(AnthropicCallTest, TakesItsConfiguration) {
  FakeProvider provider(module_,
                        R"({"api_key":"t","auth":"bearer","base_url":"http://127.0.0.1:9/x/v1/",)"
                        R"("version":"2026-10-21","beta":["a-1","b-2"],"max_tokens":77,)"
                        R"("headers":{"X-Team":"blue"}})");
  FakeCall call(provider, {.model = "claude-sonnet-4-5", .body = kRequest, .flags = 0});
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.url, "http://127.0.0.1:9/x/v1/messages");
  EXPECT_EQ(built.header("authorization"), "Bearer t");
  EXPECT_EQ(built.header("x-api-key"), "(none)");
  EXPECT_EQ(built.header("anthropic-version"), "2026-10-21");
  EXPECT_EQ(built.header("anthropic-beta"), "a-1,b-2");
  EXPECT_EQ(built.header("X-Team"), "blue");
  EXPECT_EQ(built.header("accept"), "application/json");
  EXPECT_NE(built.body.find("\"max_tokens\":77,"), std::string::npos);
  EXPECT_EQ(built.body.find("\"stream\""), std::string::npos);
}

TEST_F(AnthropicCallTest, RefusesAWrongConfiguration) {
  const std::pair<const char*, const char*> kWrong[] = {
      {R"([])", ""},
      {R"({"auth":"basic"})", "/auth"},
      {R"({"base_url":"ftp://x"})", "/base_url"},
      {R"({"max_tokens":0})", "/max_tokens"},
      {R"({"beta":["a\nb"]})", "/beta/0"},
      {R"({"version":""})", "/version"},
      {R"({"headers":{"host":"x"}})", "/headers/host"}};
  for (const auto& [config, pointer] : kWrong) {
    FakeProvider provider(module_, config);
    EXPECT_EQ(provider.status(), PBAY_E_CONFIG) << config;
    EXPECT_EQ(host_.setup_error().param, pointer) << config;
  }
}

TEST_F(AnthropicCallTest, RefusesWhatTheVendorHasNothingFor) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider,
                {.model = "claude-sonnet-4-5",
                 .body = R"({"messages":[{"role":"user","content":"a"}],"n":2})"});
  EXPECT_LT(call.try_build(), 0);
  EXPECT_EQ(call.error().category, PBAY_ERR_BAD_REQUEST);
  EXPECT_EQ(call.error().param, "n");
  EXPECT_EQ(call.error().code, "unsupported_by_provider");
}

TEST_F(AnthropicCallTest, LogsWhatWasLeftOut) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider,
                {.model = "claude-sonnet-4-5",
                 .body = R"({"messages":[{"role":"user","content":"a"}],"seed":1})"});
  call.build();
  ASSERT_EQ(host_.logs().size(), 1u);
  EXPECT_EQ(host_.logs().front().level, PBAY_LOG_DEBUG);
}

TEST_F(AnthropicCallTest, LogsLostThinkingAndGoesOnWithout) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider,
                {.model = "claude-sonnet-4-5",
                 .body = R"({"reasoning_effort":"low","messages":[{"role":"user","content":"a"},)"
                         R"({"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f",)"
                         R"("arguments":"{}"}}]},{"role":"tool","tool_call_id":"c",)"
                         R"("content":"r"}]})"});
  EXPECT_EQ(call.build().body.find("\"thinking\""), std::string::npos);
  ASSERT_FALSE(host_.logs().empty());
  EXPECT_EQ(host_.logs().front().level, PBAY_LOG_INFO);
}

TEST_F(AnthropicCallTest, PassesTheVendorsOwnDialect) {
  FakeProvider provider(module_, R"({"api_key":"k","beta":["mine"]})");
  FakeCall call(provider,
                {.model = "claude-opus-4-6",
                 .body = R"({ "model" : "alias" , "max_tokens":1.0,"x":[] })",
                 .flags = PBAY_REQ_SAME_DIALECT,
                 .headers = {{"anthropic-version", "2026-10-21"}, {"anthropic-beta", "theirs"}},
                 .dialect = "anthropic.messages/1"});
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.body, R"({ "model" : "claude-opus-4-6" , "max_tokens":1.0,"x":[] })");
  EXPECT_EQ(built.header("anthropic-version"), "2026-10-21");
  EXPECT_EQ(built.header("anthropic-beta"), "mine,theirs");
  EXPECT_EQ(call.head(200, kStream, PBAY_FRAME_SSE), PBAY_S_PASSTHROUGH);
  EXPECT_EQ(call.end(), PBAY_OK);
}

TEST_F(AnthropicCallTest, DoesNotLetAChatClientChooseTheVersion) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider,
                {.model = "m", .body = kRequest, .headers = {{"anthropic-version", "2026-10-21"}}});
  EXPECT_EQ(call.build().header("anthropic-version"), "2023-06-01");
}

TEST_F(AnthropicCallTest, ListsModelsPageByPage) {
  FakeProvider provider(module_, R"({"api_key":"k"})");
  FakeCall call(provider,
                {.model = "", .body = "", .mode = PBAY_MODE_MODELS, .dialect = "openai.models/1"});
  BuiltRequest built = call.build();
  EXPECT_EQ(built.method, "GET");
  EXPECT_EQ(built.url, "https://api.anthropic.com/v1/models?limit=1000");
  EXPECT_EQ(built.header("content-type"), "(none)");
  EXPECT_EQ(built.pieces, 0u);
  EXPECT_EQ(call.head(200, kJson, PBAY_FRAME_WHOLE), PBAY_OK);
  EXPECT_EQ(call.frames({{R"({"data":[{"type":"model","id":"claude-a","display_name":"A",)"
                          R"("created_at":"2025-02-19T00:00:00Z","max_input_tokens":200000}],)"
                          R"("has_more":true,"first_id":"claude-a","last_id":"claude a"})",
                          ""}}),
            PBAY_OK);
  EXPECT_EQ(call.end(), PBAY_S_NEXT_REQUEST);
  built = call.build();
  EXPECT_EQ(built.url, "https://api.anthropic.com/v1/models?limit=1000&after_id=claude%20a");
  EXPECT_EQ(call.head(200, kJson, PBAY_FRAME_WHOLE), PBAY_OK);
  EXPECT_EQ(
      call.frames({{R"({"data":[{"id":"claude-b"}],"has_more":false,"last_id":"claude-b"})", ""}}),
      PBAY_OK);
  EXPECT_EQ(call.end(), PBAY_OK);
  EXPECT_EQ(
      call.transcript(),
      "MODEL id=\"claude-a\" owner=\"anthropic\" modes=2 context=200000 max_output=0 "
      "created=1739923200 {\"display_name\":\"A\",\"max_input_tokens\":200000}\n"
      "MODEL id=\"claude-b\" owner=\"anthropic\" modes=2 context=0 max_output=0 created=0 {}\n");
}

TEST_F(AnthropicCallTest, DoesNotTurnPagesForEver) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider,
                {.model = "", .body = "", .mode = PBAY_MODE_MODELS, .dialect = "openai.models/1"});
  int pages = 0;
  pbay_status status = PBAY_S_NEXT_REQUEST;
  while (status == PBAY_S_NEXT_REQUEST && pages < 100) {
    call.build();
    call.head(200, kJson, PBAY_FRAME_WHOLE);
    call.frames(
        {{R"({"data":[],"has_more":true,"last_id":")" + std::to_string(++pages) + "\"}", ""}});
    status = call.end();
  }
  EXPECT_EQ(status, PBAY_OK);
  EXPECT_LT(pages, 50);
}

TEST_F(AnthropicCallTest, RefusesAListThatIsNone) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider,
                {.model = "", .body = "", .mode = PBAY_MODE_MODELS, .dialect = "openai.models/1"});
  call.build();
  call.head(200, kJson, PBAY_FRAME_WHOLE);
  EXPECT_LT(call.frames({{R"({"models":[]})", ""}}), 0);
  EXPECT_EQ(call.error().category, PBAY_ERR_UPSTREAM);
}

TEST_F(AnthropicCallTest, SendsAnyPath) {
  FakeProvider provider(module_, R"({"api_key":"k"})");
  FakeCall call(provider,
                {.model = "",
                 .body = "{}",
                 .headers = {{"content-type", "application/json"}, {"accept", "*/*"}},
                 .mode = PBAY_MODE_RAW,
                 .dialect = "raw/1",
                 .method = "POST",
                 .path = "/v1/messages/count_tokens?beta=true"});
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.method, "POST");
  EXPECT_EQ(built.url, "https://api.anthropic.com/v1/messages/count_tokens?beta=true");
  EXPECT_EQ(built.body, "<client body>");
  EXPECT_EQ(built.header("x-api-key"), "k");
  EXPECT_EQ(built.header("content-type"), "application/json");
  EXPECT_EQ(call.head(200, kJson, PBAY_FRAME_BYTES), PBAY_S_PASSTHROUGH);
  EXPECT_EQ(call.end(), PBAY_OK);
}

TEST_F(AnthropicCallTest, RefusesAPathThatLeadsOut) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider,
                {.model = "",
                 .body = "",
                 .mode = PBAY_MODE_RAW,
                 .dialect = "raw/1",
                 .method = "GET",
                 .path = "/../admin"});
  EXPECT_LT(call.try_build(), 0);
  EXPECT_EQ(call.error().category, PBAY_ERR_BAD_REQUEST);
}

TEST_F(AnthropicCallTest, NeverShowsTheKey) {
  FakeProvider provider(module_, R"({"api_key":"sk-ant-0123456789"})");
  FakeCall call(provider, {.model = "m", .body = kRequest});
  call.build();
  call.head(401, kJson, PBAY_FRAME_WHOLE);
  EXPECT_LT(call.frames({{R"({"type":"error","error":{"type":"authentication_error",)"
                          R"("message":"bad key sk-ant-0123456789"}})",
                          ""}}),
            0);
  EXPECT_EQ(call.error().category, PBAY_ERR_AUTH);
  EXPECT_EQ(call.error().message, "bad key ***");
  EXPECT_EQ(call.error().upstream_body.find("sk-ant"), std::string::npos);
}

TEST_F(AnthropicCallTest, RefusesWhatIsNoAnswer) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider, {.model = "m", .body = kRequest});
  call.build();
  EXPECT_LT(call.head(200, {{"content-type", "text/html"}}, PBAY_FRAME_WHOLE), 0);
  EXPECT_EQ(call.error().category, PBAY_ERR_UPSTREAM);
}

TEST_F(AnthropicCallTest, SaysThatTheConnectionBrokeOff) {
  FakeProvider provider(module_, "{}");
  FakeCall call(provider, {.model = "m", .body = kRequest, .flags = PBAY_REQ_STREAM});
  call.build();
  EXPECT_EQ(call.head(200, kStream, PBAY_FRAME_SSE), PBAY_OK);
  EXPECT_EQ(call.end(PBAY_E_TIMEOUT), PBAY_E_TIMEOUT);
  EXPECT_EQ(call.error().category, PBAY_ERR_TIMEOUT);
}

TEST_F(AnthropicCallTest, ManifestAndSchemaAgreeWithTheLibrary) {
  const std::string folder = PATCHBAY_TEST_PLUGINS "/anthropic/";
  const auto manifest = json::parse(read_file(folder + "manifest.json"));
  ASSERT_TRUE(manifest);
  const pbay_plugin& plugin = module_.plugin();
  const auto text = [](pbay_str view) { return std::string(view.ptr, view.len); };
  EXPECT_EQ(text(plugin.id), manifest->find("id")->as_string());
  EXPECT_EQ(text(plugin.version), manifest->find("version")->as_string());
  ASSERT_EQ(plugin.type_count, 1u);
  EXPECT_EQ(text(plugin.types[0]->type), "anthropic");
  EXPECT_EQ(plugin.types[0]->modes,
            PBAY_MODE_BIT(PBAY_MODE_CHAT) | PBAY_MODE_BIT(PBAY_MODE_MODELS) |
                PBAY_MODE_BIT(PBAY_MODE_RAW));
  EXPECT_EQ(text(plugin.types[0]->config_schema), read_file(folder + "anthropic.schema.json"));
}

}  // namespace
}  // namespace patchbay::testing
