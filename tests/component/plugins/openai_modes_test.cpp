// The openai plugin in its other modes: where their requests go, what their bodies are, and which
// answers are refused.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_host.hpp"

namespace patchbay::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kLibrary = PATCHBAY_TEST_PLUGINS "/openai/libpatchbay_openai.so";
constexpr std::uint32_t kSame = PBAY_REQ_SAME_DIALECT;
const std::string kBoundary = "patchbay-07070707070707070707070707070707";  // of the fake's dice

class OpenAiModes : public ::testing::Test {
 protected:
  BuiltRequest build(FakeCall::Request request) {
    FakeCall call(provider_, std::move(request));
    return call.build();
  }
  static FakeCall::Request raw(std::string method, std::string path, std::string body = "") {
    return {.model = "",
            .body = std::move(body),
            .flags = kSame,
            .mode = PBAY_MODE_RAW,
            .dialect = "raw/1",
            .method = std::move(method),
            .path = std::move(path)};
  }
  pbay_status head_of(pbay_mode mode, const char* dialect, const char* type) {
    FakeCall call(provider_,
                  {.model = "m", .body = "{}", .flags = kSame, .mode = mode, .dialect = dialect});
    call.build();
    return call.head(200, {{"Content-Type", type}}, PBAY_FRAME_WHOLE);
  }

  FakeHost host_;
  PluginModule module_{kLibrary, host_};
  FakeProvider provider_{module_,
                         R"({"base_url":"http://127.0.0.1:1/v1","api_key":"sk-012345678"})"};
};

TEST_F(OpenAiModes, SendEveryOperationToItsPath) {
  const std::tuple<pbay_mode, const char*, const char*> kPaths[] = {
      {PBAY_MODE_CHAT, "openai.chat/1", "/chat/completions"},
      {PBAY_MODE_CHAT, "openai.completions/1", "/completions"},
      {PBAY_MODE_CHAT, "openai.responses/1", "/responses"},
      {PBAY_MODE_EMBEDDING, "openai.embeddings/1", "/embeddings"},
      {PBAY_MODE_IMAGE, "openai.images.generations/1", "/images/generations"},
      {PBAY_MODE_IMAGE, "openai.images.edits/1", "/images/edits"},
      {PBAY_MODE_IMAGE, "openai.images.variations/1", "/images/variations"},
      {PBAY_MODE_TRANSCRIBE, "openai.audio.transcriptions/1", "/audio/transcriptions"},
      {PBAY_MODE_TRANSCRIBE, "openai.audio.translations/1", "/audio/translations"},
      {PBAY_MODE_SPEECH, "openai.audio.speech/1", "/audio/speech"},
      {PBAY_MODE_MODERATION, "openai.moderations/1", "/moderations"}};
  for (const auto& [mode, dialect, path] : kPaths) {
    const BuiltRequest built = build({.model = "up",
                                      .body = R"({"model":"alias","x":1.0})",
                                      .flags = kSame,
                                      .mode = mode,
                                      .dialect = dialect});
    EXPECT_EQ(built.method, "POST") << dialect;
    EXPECT_EQ(built.url, std::string("http://127.0.0.1:1/v1") + path);
    EXPECT_EQ(built.body, R"({"model":"up","x":1.0})") << dialect;
    EXPECT_EQ(built.header("content-type"), "application/json") << dialect;
    EXPECT_EQ(built.header("authorization"), "Bearer sk-012345678") << dialect;
  }
  const pbay_provider_caps caps = provider_.describe();
  EXPECT_EQ(caps.op_count, std::size(kPaths) + 2) << "and the list of models, and raw requests";
}

TEST_F(OpenAiModes, AskForAnImageInTheWordsOfItsModel) {
  const auto asked = [&](std::string model, std::string fields, std::uint32_t flags = 0) {
    const std::string body = R"({"model":"alias","prompt":"\"style\"")" + fields + "}";
    return build({.model = std::move(model),
                  .body = body,
                  .flags = flags,
                  .mode = PBAY_MODE_IMAGE,
                  .dialect = "openai.images.generations/1"})
        .body;
  };
  const std::string usual = R"(,"size":"1024x1024","quality":"standard","style":"vivid")";
  const std::string head = R"(","prompt":"\"style\"")";
  EXPECT_EQ(asked("dall-e-3", usual), R"({"model":"dall-e-3)" + head + usual + "}");
  EXPECT_EQ(asked("gpt-image-1", usual),
            R"({"model":"gpt-image-1)" + head + R"(,"size":"1024x1024"})");
  const std::string unusual = R"(,"quality":"high","style":"natural")";
  EXPECT_EQ(asked("gpt-image-1", unusual), R"({"model":"gpt-image-1)" + head + unusual + "}");
  EXPECT_EQ(asked("gpt-image-1", usual, kSame), R"({"model":"gpt-image-1)" + head + usual + "}");
}

TEST_F(OpenAiModes, AskForUsageInChatsAndCompletionsAlone) {
  const auto body = [&](pbay_mode mode, const char* dialect) {
    return build({.model = "m",
                  .body = R"({"model":"m","stream":true})",
                  .flags = PBAY_REQ_STREAM | PBAY_REQ_WANT_USAGE,
                  .mode = mode,
                  .dialect = dialect})
        .body;
  };
  EXPECT_THAT(body(PBAY_MODE_CHAT, "openai.chat/1"), HasSubstr("include_usage"));
  EXPECT_THAT(body(PBAY_MODE_CHAT, "openai.completions/1"), HasSubstr("include_usage"));
  EXPECT_EQ(body(PBAY_MODE_IMAGE, "openai.images.generations/1"), R"({"model":"m","stream":true})");
}

TEST_F(OpenAiModes, AskForTheListOfModelsWithoutABody) {
  const BuiltRequest built =
      build({.model = "", .body = "", .mode = PBAY_MODE_MODELS, .dialect = "openai.models/1"});
  EXPECT_EQ(built.method, "GET");
  EXPECT_EQ(built.url, "http://127.0.0.1:1/v1/models");
  EXPECT_EQ(built.pieces, 0u);
  EXPECT_EQ(built.header("content-type"), "(none)");
}

FakeCall::Request upload(std::vector<FakePart> parts, const std::string& model = "whisper-1") {
  return {.model = model,
          .body = "",
          .flags = kSame,
          .mode = PBAY_MODE_TRANSCRIBE,
          .dialect = "openai.audio.transcriptions/1",
          .parts = std::move(parts)};
}

TEST_F(OpenAiModes, SendAFormOnUnderHeadsOfItsOwn) {
  const BuiltRequest built = build(upload({{.name = "file",
                                            .content = std::string("RIFF\0\r\n--x", 10),
                                            .filename = "a \"b\"\r\nX-Evil: 1.wav",
                                            .content_type = "audio/wav",
                                            .spooled = true},
                                           {.name = "model", .content = "alias"},
                                           {.name = "timestamp_granularities[]", .content = "word"},
                                           {.name = "model", .content = "again"}}));
  EXPECT_EQ(built.header("content-type"), "multipart/form-data; boundary=" + kBoundary);
  EXPECT_EQ(built.body,
            "--" + kBoundary +
                "\r\nContent-Disposition: form-data; name=\"file\"; "
                "filename=\"a %22b%22%0D%0AX-Evil: 1.wav\"\r\nContent-Type: audio/wav\r\n\r\n" +
                std::string("RIFF\0\r\n--x", 10) + "\r\n--" + kBoundary +
                "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--" +
                kBoundary +
                "\r\nContent-Disposition: form-data; name=\"timestamp_granularities[]\""
                "\r\n\r\nword\r\n--" +
                kBoundary + "--\r\n");
  EXPECT_EQ(built.pieces, 5u) << "two contents by number, and what stands around them";
}

TEST_F(OpenAiModes, NameTheModelOfAForm) {
  const std::string model = "name=\"model\"\r\n\r\nwhisper-1\r\n";
  EXPECT_THAT(build(upload({{.name = "file", .content = "x"}})).body,
              StartsWith("--" + kBoundary + "\r\nContent-Disposition: form-data; " + model));
  const std::string without = build(upload({{.name = "model", .content = "a"}}, "")).body;
  EXPECT_EQ(without, "--" + kBoundary + "--\r\n") << "the provider wants no such part";
}

TEST_F(OpenAiModes, LeaveAContentTypeOutThatIsNone) {
  const std::string body =
      build(upload({{.name = "file", .content = "x", .content_type = "a/b\r\nX-Evil: 1"}})).body;
  EXPECT_EQ(body.find("X-Evil"), body.npos);
}

TEST_F(OpenAiModes, PassARawRequestOnAsItIs) {
  FakeCall::Request request = raw("POST", "/files?purpose=a%20b&x=https://y", "--b--");
  request.headers = {{"Content-Type", "multipart/form-data; boundary=b"}, {"Accept", "image/png"}};
  const BuiltRequest built = build(request);
  EXPECT_EQ(built.method, "POST");
  EXPECT_EQ(built.url, "http://127.0.0.1:1/v1/files?purpose=a%20b&x=https://y");
  EXPECT_EQ(built.body, "<client body>");
  EXPECT_EQ(built.header("content-type"), "multipart/form-data; boundary=b");
  EXPECT_EQ(built.header("accept"), "image/png");
  const BuiltRequest plain = build(raw("DELETE", "/files/file-1"));
  EXPECT_EQ(plain.method, "DELETE");
  EXPECT_EQ(plain.header("accept"), "*/*");
  EXPECT_EQ(build(raw("GET", "/files/file-1/content")).pieces, 0u);
}

TEST_F(OpenAiModes, PassAnyRawAnswerOn) {
  FakeCall call(provider_, raw("GET", "/files/f/content"));
  call.build();
  EXPECT_EQ(call.head(200, {{"content-type", "text/html"}}, PBAY_FRAME_WHOLE), PBAY_S_PASSTHROUGH);
  EXPECT_EQ(call.end(), PBAY_OK);
}

TEST_F(OpenAiModes, RefuseAPathThatLeadsElsewhere) {
  for (const std::string path : {"files",
                                 "",
                                 "//other.example/x",
                                 "https://other.example/x",
                                 "/../v2/x",
                                 "/a/..",
                                 "/a/%2e%2E/b",
                                 "/a/..%2fb",
                                 "/a\\..\\b",
                                 "/a/%5C../..%5Cb",
                                 "/a b",
                                 "/a\r\nX: 1",
                                 "/a%0d%0aX",
                                 "/a%00",
                                 "/a#b",
                                 "/x/http://y",
                                 "/\xC3\xA9"}) {
    FakeCall call(provider_, raw("GET", path));
    EXPECT_LT(call.try_build(), 0) << path;
    EXPECT_EQ(call.error().category, PBAY_ERR_BAD_REQUEST) << path;
  }
  for (const std::string path : {"/a..b/c", "/models/maker%2Fmodel", "/a?q=../..", "/a/.../b"}) {
    FakeCall call(provider_, raw("GET", path));
    EXPECT_EQ(call.try_build(), PBAY_OK) << path;
  }
}

TEST_F(OpenAiModes, OfferResponsesAndModerationsToTheirOwnDialectOnly) {
  for (const auto& [mode, dialect] : {std::pair{PBAY_MODE_CHAT, "openai.responses/1"},
                                      std::pair{PBAY_MODE_MODERATION, "openai.moderations/1"}}) {
    FakeCall call(provider_, {.model = "m", .body = "{}", .mode = mode, .dialect = dialect});
    EXPECT_LT(call.try_build(), 0);
    EXPECT_EQ(call.error().code, "unsupported_by_provider");
  }
}

TEST_F(OpenAiModes, TakeTheContentTypesThatTheModeCanHave) {
  const auto transcript = [&](const char* type) {
    return head_of(PBAY_MODE_TRANSCRIBE, "openai.audio.transcriptions/1", type);
  };
  for (const char* type : {"application/json",
                           "text/plain; charset=utf-8",
                           "text/vtt",
                           "application/x-subrip",
                           "text/event-stream",
                           ""}) {
    EXPECT_EQ(transcript(type), PBAY_S_PASSTHROUGH) << type;
  }
  EXPECT_EQ(transcript("text/html; charset=utf-8"), PBAY_E_FAIL);
  EXPECT_EQ(transcript("image/png"), PBAY_E_FAIL);
  const auto speech = [&](const char* type) {
    return head_of(PBAY_MODE_SPEECH, "openai.audio.speech/1", type);
  };
  for (const char* type :
       {"audio/mpeg", "Audio/Wav", "application/octet-stream", "audio/pcm;rate=1"})
    EXPECT_EQ(speech(type), PBAY_S_PASSTHROUGH) << type;
  EXPECT_EQ(speech("text/html"), PBAY_E_FAIL);
  EXPECT_EQ(head_of(PBAY_MODE_EMBEDDING, "openai.embeddings/1", "audio/mpeg"), PBAY_E_FAIL);
}

TEST_F(OpenAiModes, SaySoundPieceByPiece) {
  FakeCall call(
      provider_,
      {.model = "m", .body = "{}", .mode = PBAY_MODE_SPEECH, .dialect = "openai.audio.speech/1"});
  EXPECT_EQ(call.build().framing, PBAY_FRAME_BYTES);
  call.head(200, {{"content-type", "audio/wav; rate=8000"}}, PBAY_FRAME_BYTES);
  EXPECT_EQ(call.frames({{"RI", ""}, {"FF", ""}}), PBAY_OK);
  EXPECT_EQ(call.end(), PBAY_OK);
  EXPECT_EQ(call.transcript(),
            "AUDIO 0.0 type=\"audio/wav\" \"RI\"\nAUDIO 0.0 type=\"audio/wav\" \"FF\"\n"
            "ITEM_END 0.0\nFINISH 0 stop \"\"\n");
}

TEST_F(OpenAiModes, TellModelsByTheirNamesOrAsTheyAreTold) {
  FakeProvider provider(module_,
                        R"({"models":["gpt-4o","DALL-E-3","gpt-image-1","whisper-1","tts-1",)"
                        R"("text-embedding-3-small",{"id":"my-deployment","mode":"image"}]})");
  const pbay_provider_caps caps = provider.describe();
  ASSERT_EQ(caps.model_count, 7u);
  const pbay_mode expected[] = {PBAY_MODE_CHAT,
                                PBAY_MODE_IMAGE,
                                PBAY_MODE_IMAGE,
                                PBAY_MODE_TRANSCRIBE,
                                PBAY_MODE_SPEECH,
                                PBAY_MODE_EMBEDDING,
                                PBAY_MODE_IMAGE};
  for (std::size_t i = 0; i < caps.model_count; ++i)
    EXPECT_EQ(caps.models[i]->modes, PBAY_MODE_BIT(expected[i])) << i;
  FakeProvider wrong(module_, R"({"models":[{"id":"a"},{"id":"b","mode":"video"}]})");
  EXPECT_EQ(wrong.status(), PBAY_E_CONFIG);
  EXPECT_EQ(host_.setup_error().param, "/models/1/mode");
}

TEST_F(OpenAiModes, HideWhatAConfiguredHeaderSays) {
  FakeProvider provider(module_, R"({"headers":{"X-Api-Key":"abcdefgh-secret"}})");
  FakeCall call(provider, {.model = "m", .body = "{}"});
  call.build();
  call.head(400, {{"content-type", "application/json"}}, PBAY_FRAME_WHOLE);
  call.frames({{R"({"error":{"message":"key abcdefgh-secret is odd"}})", ""}});
  EXPECT_EQ(call.error().message, "key *** is odd");
}

}  // namespace
}  // namespace patchbay::testing
