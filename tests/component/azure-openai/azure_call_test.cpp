// The azure-openai plugin through its C tables: what goes up and where to, what is refused.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_host.hpp"

namespace patchbay::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kLibrary = PATCHBAY_TEST_PLUGINS "/azure-openai/libpatchbay_azure-openai.so";
constexpr std::uint32_t kSame = PBAY_REQ_SAME_DIALECT;

struct Asked {
  pbay_mode mode;
  const char* dialect;
};
constexpr Asked kChat{PBAY_MODE_CHAT, "openai.chat/1"};
constexpr Asked kResponses{PBAY_MODE_CHAT, "openai.responses/1"};
constexpr Asked kEmbeddings{PBAY_MODE_EMBEDDING, "openai.embeddings/1"};
constexpr Asked kImages{PBAY_MODE_IMAGE, "openai.images.generations/1"};
constexpr Asked kModels{PBAY_MODE_MODELS, "openai.models/1"};

class AzureCall : public ::testing::Test {
 protected:
  static FakeCall::Request request(const Asked& asked, const std::string& model = "gpt-4o") {
    FakeCall::Request request{.model = model, .body = R"({"model":"alias"})", .flags = kSame};
    request.mode = asked.mode;
    request.dialect = asked.dialect;
    return request;
  }
  BuiltRequest build(const std::string& config, FakeCall::Request asked) {
    FakeProvider provider(module_, config);
    EXPECT_EQ(provider.status(), PBAY_OK) << host_.setup_error().message;
    FakeCall call(provider, std::move(asked));
    return call.build();
  }
  std::string url(const std::string& more,
                  const Asked& asked,
                  const std::string& model = "gpt-4o") {
    return build(R"({"endpoint":"https://unit.openai.azure.com")" + more + "}",
                 request(asked, model))
        .url;
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

TEST_F(AzureCall, FindsDeploymentsByTheirPath) {
  const std::string base = "https://unit.openai.azure.com/openai";
  EXPECT_EQ(url("", kChat), base + "/deployments/gpt-4o/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(url(R"(,"api_version":"2025-04-01-preview")", kEmbeddings, "my ada/1"),
            base + "/deployments/my%20ada%2F1/embeddings?api-version=2025-04-01-preview");
  EXPECT_EQ(url("", kImages, "dall-e-3"),
            base + "/deployments/dall-e-3/images/generations?api-version=2024-10-21");
  EXPECT_EQ(url("", {PBAY_MODE_CHAT, "openai.completions/1"}),
            base + "/deployments/gpt-4o/completions?api-version=2024-10-21");
  EXPECT_EQ(url("", {PBAY_MODE_IMAGE, "openai.images.edits/1"}),
            base + "/deployments/gpt-4o/images/edits?api-version=2024-10-21");
  EXPECT_EQ(url("", {PBAY_MODE_TRANSCRIBE, "openai.audio.transcriptions/1"}, "whisper"),
            base + "/deployments/whisper/audio/transcriptions?api-version=2024-10-21");
  EXPECT_EQ(url("", {PBAY_MODE_TRANSCRIBE, "openai.audio.translations/1"}, "whisper"),
            base + "/deployments/whisper/audio/translations?api-version=2024-10-21");
  EXPECT_EQ(url("", {PBAY_MODE_SPEECH, "openai.audio.speech/1"}, "tts"),
            base + "/deployments/tts/audio/speech?api-version=2024-10-21");
}

TEST_F(AzureCall, KnowsWhatIsNotOfADeployment) {
  EXPECT_EQ(url("", kResponses),
            "https://unit.openai.azure.com/openai/responses?api-version=2024-10-21");
  EXPECT_EQ(url("", kModels), "https://unit.openai.azure.com/openai/models?api-version=2024-10-21");
}

TEST_F(AzureCall, SpeaksTheNewerPath) {
  EXPECT_EQ(url(R"(,"api":"v1")", kChat),
            "https://unit.openai.azure.com/openai/v1/chat/completions");
  EXPECT_EQ(url(R"(,"api":"v1","api_version":"preview")", kResponses),
            "https://unit.openai.azure.com/openai/v1/responses?api-version=preview");
}

TEST_F(AzureCall, SpeaksFoundrysPathForWhatItHas) {
  EXPECT_EQ(url(R"(,"api":"models")", kChat, "grok-4"),
            "https://unit.openai.azure.com/models/chat/completions?api-version=2024-05-01-preview");
  FakeProvider provider(module_,
                        R"({"endpoint":"https://a.services.ai.azure.com","api":"models"})");
  FakeCall call(provider, request(kImages));
  EXPECT_LT(call.try_build(), 0);
  EXPECT_EQ(call.error().category, PBAY_ERR_BAD_REQUEST);
  EXPECT_EQ(call.error().code, "unsupported_by_provider");
}

TEST_F(AzureCall, TakesTheEndpointAsPeopleCopyIt) {
  for (const char* endpoint : {"https://unit.openai.azure.com/",
                               "https://unit.openai.azure.com/openai",
                               "https://unit.openai.azure.com/openai/v1/",
                               "https://unit.openai.azure.com//openai/"}) {
    EXPECT_EQ(
        build(R"({"endpoint":")" + std::string(endpoint) + R"(","api":"v1"})", request(kChat)).url,
        "https://unit.openai.azure.com/openai/v1/chat/completions")
        << endpoint;
  }
  EXPECT_EQ(build(R"({"endpoint":"http://127.0.0.1:1/gateway","api":"v1"})", request(kChat)).url,
            "http://127.0.0.1:1/gateway/openai/v1/chat/completions");
}

TEST_F(AzureCall, PutsTheDeploymentInTheModelsPlace) {
  const std::string config =
      R"({"endpoint":"https://a.example","deployments":{"gpt-4o":"prod four","dall-e-3":""},)"
      R"("deployment_for":{"chat":"usual","image":"painter","embedding":""}})";
  FakeCall::Request chat = request(kChat);
  chat.body = R"({ "model" : "alias", "n":1.0 })";
  const BuiltRequest built = build(config, chat);
  EXPECT_THAT(built.url, HasSubstr("/deployments/prod%20four/chat/completions"));
  EXPECT_EQ(built.body, R"({ "model" : "prod four", "n":1.0 })");
  EXPECT_EQ(build(config, request(kChat, "o4-mini")).body, R"({"model":"usual"})");
  EXPECT_EQ(build(config, request(kImages, "dall-e-3")).body, R"({"model":"painter"})");
  EXPECT_EQ(build(config, request(kEmbeddings, "ada")).body, R"({"model":"ada"})");
}

TEST_F(AzureCall, PutsTheDeploymentIntoAForm) {
  FakeCall::Request edit = request({PBAY_MODE_IMAGE, "openai.images.edits/1"}, "gpt-image-1");
  edit.body.clear();
  edit.parts = {
      {.name = "model", .content = "alias"},
      {.name = "image[]", .content = "PNG", .filename = "a.png", .content_type = "image/png"}};
  const BuiltRequest built =
      build(R"({"endpoint":"https://a.example","deployments":{"gpt-image-1":"painter"}})", edit);
  EXPECT_THAT(built.header("content-type"), HasSubstr("multipart/form-data; boundary="));
  EXPECT_THAT(built.body, HasSubstr("name=\"model\"\r\n\r\npainter\r\n"));
  EXPECT_THAT(built.body, HasSubstr("filename=\"a.png\""));
  EXPECT_THAT(built.body, Not(HasSubstr("alias")));
}

TEST_F(AzureCall, AsksForUsageInEventsOnly) {
  FakeCall::Request asked = request(kChat);
  asked.body = R"({"model":"gpt-4o","stream":true})";
  asked.flags = PBAY_REQ_STREAM | PBAY_REQ_WANT_USAGE;
  EXPECT_EQ(build(R"({"endpoint":"https://a.example"})", asked).body,
            R"({"stream_options":{"include_usage":true},"model":"gpt-4o","stream":true})");
  asked.flags |= kSame;
  EXPECT_EQ(build(R"({"endpoint":"https://a.example"})", asked).body, asked.body);
}

TEST_F(AzureCall, SendsItsKeyAndTheConfiguredHeaders) {
  FakeCall::Request asked = request(kChat);
  asked.headers = {{"X-Ms-Client-Request-Id", "r1"}, {"x-other", "no"}};
  const BuiltRequest built = build(
      R"({"endpoint":"https://a.example","api_key":"az-0123456789","headers":{"x-team":"a b"}})",
      asked);
  EXPECT_EQ(built.method, "POST");
  EXPECT_EQ(built.header("api-key"), "az-0123456789");
  EXPECT_EQ(built.header("authorization"), "(none)");
  EXPECT_EQ(built.header("x-team"), "a b");
  EXPECT_EQ(built.header("user-agent"), "patchbay/9.9.9");
  EXPECT_EQ(built.header("content-type"), "application/json");
  EXPECT_EQ(built.header("x-ms-client-request-id"), "r1");
  EXPECT_EQ(built.header("x-other"), "(none)");
}

TEST_F(AzureCall, ListsItsDeploymentsAndModels) {
  FakeProvider provider(module_,
                        R"({"endpoint":"https://a.example","deployments":{"gpt-4o":"x","empty":""},
                            "models":["dall-e-3",{"id":"tuned","mode":"embedding"}]})");
  const pbay_provider_caps caps = provider.describe();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < caps.model_count; ++i)
    names.emplace_back(caps.models[i]->id.ptr, caps.models[i]->id.len);
  EXPECT_THAT(names, ::testing::ElementsAre("gpt-4o", "dall-e-3", "tuned"));
  EXPECT_EQ(caps.models[1]->modes, PBAY_MODE_BIT(PBAY_MODE_IMAGE));
  EXPECT_EQ(caps.models[2]->modes, PBAY_MODE_BIT(PBAY_MODE_EMBEDDING));
  EXPECT_EQ(caps.op_count, 10u);
}

TEST_F(AzureCall, RefusesAConfigurationThatCannotWork) {
  EXPECT_EQ(refusal(R"({"endpoint":"https://a.example"})"), "");
  EXPECT_THAT(refusal("{}"), HasSubstr("/endpoint: it must be the URL of the resource"));
  EXPECT_THAT(refusal(R"({"endpoint":"a.example"})"), HasSubstr("/endpoint"));
  EXPECT_THAT(refusal(R"({"endpoint":"https://a.example/?x=1"})"), HasSubstr("/endpoint"));
  const std::string key = refusal(R"({"endpoint":"https://a.example","api_key":"secret\r\n"})");
  EXPECT_EQ(key, "/api_key: a key must be text without control characters");
  EXPECT_EQ(refusal(R"({"endpoint":"https://a.example","headers":{"Host":"c"}})"),
            "/headers/Host: this header cannot be configured");
  EXPECT_EQ(refusal(R"({"endpoint":"https://a.example","models":[{"id":""}]})"),
            "/models/0: a model needs a name");
}

TEST_F(AzureCall, TakesARedirectForTheWrongEndpoint) {
  FakeProvider provider(module_, R"({"endpoint":"https://a.example"})");
  FakeCall call(provider, request(kChat));
  call.build();
  EXPECT_LT(call.head(302, {{"location", "https://b.example"}}, PBAY_FRAME_WHOLE), 0);
  EXPECT_LT(call.end(), 0);
  EXPECT_THAT(call.error().message, HasSubstr("a redirect"));
}

TEST_F(AzureCall, SaysThatAStreamBrokeOff) {
  FakeProvider provider(module_, R"({"endpoint":"https://a.example"})");
  FakeCall::Request asked = request(kChat);
  asked.flags |= PBAY_REQ_STREAM;
  FakeCall call(provider, asked);
  call.build();
  EXPECT_EQ(call.head(200, {{"content-type", "text/event-stream"}}, PBAY_FRAME_SSE), PBAY_OK);
  EXPECT_EQ(call.frames({{R"({"object":"chat.completion.chunk","choices":[{"index":0}]})", ""}}),
            PBAY_OK);
  EXPECT_EQ(call.end(PBAY_E_TIMEOUT), PBAY_E_TIMEOUT);
  EXPECT_EQ(call.error().category, PBAY_ERR_TIMEOUT);
}

TEST_F(AzureCall, DoesNotTakeAPageForAnAnswer) {
  FakeProvider provider(module_, R"({"endpoint":"https://a.example"})");
  FakeCall call(provider, request(kChat));
  call.build();
  EXPECT_LT(call.head(200, {{"content-type", "text/html"}}, PBAY_FRAME_WHOLE), 0);
  EXPECT_THAT(call.error().message, HasSubstr("text/html"));
}

}  // namespace
}  // namespace patchbay::testing
