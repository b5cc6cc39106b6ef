// Calls that take more than one golden file can say: several requests, what passes as it is, forms,
// large bodies, lost connections, and what the log gets.

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/component/gemini/gemini_case.hpp"

namespace patchbay::testing {
namespace {

const Headers kJson{{"content-type", "application/json; charset=UTF-8"}};
const Headers kEvents{{"content-type", "text/event-stream"}};
constexpr const char* kBody = R"({"messages":[{"role":"user","content":"x"}]})";

class GeminiCallTest : public ::testing::Test {
 protected:
  FakeCall::Request chat(std::string body, std::uint32_t flags = 0) {
    return {.model = "gemini-3-flash", .body = std::move(body), .flags = flags};
  }
  FakeCall::Request other(pbay_mode mode, std::string dialect, std::string model) {
    FakeCall::Request request;
    request.model = std::move(model);
    request.mode = mode;
    request.dialect = std::move(dialect);
    return request;
  }
  [[nodiscard]] bool logged(std::int32_t level, std::string_view text) const {
    const std::vector<LogLine> lines = host_.logs();
    return std::any_of(lines.begin(), lines.end(), [&](const LogLine& line) {
      return line.level == level && line.message.find(text) != line.message.npos;
    });
  }
  // Answers the request that was built last; returns what on_end() gave.
  static pbay_status answer(FakeCall& call, const std::string& body) {
    EXPECT_EQ(call.head(200, kJson, PBAY_FRAME_WHOLE), PBAY_OK);
    const pbay_status status = call.frames({{body, ""}});
    return status < 0 ? status : call.end();
  }

  FakeHost host_;
  PluginModule module_{kGeminiPlugin, host_};
  FakeProvider provider_{module_, R"({"api_key":"gm-secret-0123","base_url":"http://up"})"};
};

TEST_F(GeminiCallTest, ListsTheModelsPageByPage) {
  FakeCall call(provider_, other(PBAY_MODE_MODELS, "openai.models/1", ""));
  const BuiltRequest first = call.build();
  EXPECT_EQ(first.method + " " + first.url, "GET http://up/v1beta/models?pageSize=1000");
  EXPECT_EQ(first.body, "");
  EXPECT_EQ(first.header("content-type"), "(none)");
  EXPECT_EQ(answer(call, R"({"models":[{"name":"models/a"}],"nextPageToken":"x/+ y="})"),
            PBAY_S_NEXT_REQUEST);
  EXPECT_EQ(call.build().url, "http://up/v1beta/models?pageSize=1000&pageToken=x%2F%2B%20y%3D");
  EXPECT_EQ(answer(call, R"({"models":[{"name":"models/b"}],"nextPageToken":""})"), PBAY_OK);
  const std::string said = call.transcript();
  EXPECT_NE(said.find("MODEL id=\"a\" owner=\"google\""), said.npos) << said;
  EXPECT_NE(said.find("MODEL id=\"b\""), said.npos) << said;
}

TEST_F(GeminiCallTest, DoesNotAskForTheSamePageForEver) {
  FakeCall call(provider_, other(PBAY_MODE_MODELS, "openai.models/1", ""));
  call.build();
  EXPECT_EQ(answer(call, R"({"nextPageToken":"p"})"), PBAY_S_NEXT_REQUEST);
  call.build();
  EXPECT_EQ(answer(call, R"({"nextPageToken":"p"})"), PBAY_OK);
}

TEST_F(GeminiCallTest, EmbedsManyTextsInSeveralRequests) {
  FakeCall::Request request =
      other(PBAY_MODE_EMBEDDING, "openai.embeddings/1", "gemini-embedding-001");
  request.body = R"({"input":["t0")";
  for (int i = 1; i < 102; ++i)
    request.body += ",\"t" + std::to_string(i) + "\"";
  request.body += "]}";
  FakeCall call(provider_, request);
  const auto vectors = [](int count) {
    std::string body = R"({"embeddings":[{"values":[1]})";
    for (int i = 1; i < count; ++i)
      body += R"(,{"values":[1]})";
    return body + "]}";
  };
  const BuiltRequest first = call.build();
  EXPECT_EQ(first.url, "http://up/v1beta/models/gemini-embedding-001:batchEmbedContents");
  EXPECT_NE(first.body.find("\"t99\""), first.body.npos);
  EXPECT_EQ(first.body.find("\"t100\""), first.body.npos);
  EXPECT_EQ(answer(call, vectors(100)), PBAY_S_NEXT_REQUEST);
  const BuiltRequest second = call.build();
  EXPECT_NE(second.body.find("\"t100\""), second.body.npos);
  EXPECT_EQ(answer(call, vectors(2)), PBAY_OK);
  EXPECT_NE(call.transcript().find("EMBEDDING 101 kind=2 dims=1 [1]"), std::string::npos);
}

TEST_F(GeminiCallTest, MakesOnePictureAfterAnother) {
  FakeCall::Request request =
      other(PBAY_MODE_IMAGE, "openai.images.generations/1", "gemini-2.5-flash-image");
  request.body = R"({"prompt":"a cat","n":2})";
  FakeCall call(provider_, request);
  const std::string made =
      R"({"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]},
      "finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":10}})";
  const std::string first = call.build().body;
  EXPECT_EQ(answer(call, made), PBAY_S_NEXT_REQUEST);
  EXPECT_EQ(call.build().body, first);
  EXPECT_EQ(answer(call, made), PBAY_OK);
  EXPECT_EQ(call.transcript(),
            "META id=\"\" model=\"\" fingerprint=\"\" created=1700000000\n"
            "IMAGE 0.0 kind=2 mime=\"image/png\" \"AAAA\"\nITEM_END 0.0\n"
            "USAGE input=3 output=10\n"
            "IMAGE 0.1 kind=2 mime=\"image/png\" \"AAAA\"\nITEM_END 0.1\n"
            "USAGE input=6 output=20\nFINISH 0 stop \"\"\n");
}

TEST_F(GeminiCallTest, EditsThePicturesOfAForm) {
  FakeCall::Request request =
      other(PBAY_MODE_IMAGE, "openai.images.edits/1", "gemini-2.5-flash-image");
  request.parts = {
      {.name = "prompt", .content = "red"},
      {.name = "image[]",
       .content = "\x89PNG",
       .filename = "a.webp",
       .content_type = "application/octet-stream"},
      {.name = "image[]", .content = "x", .filename = "b", .content_type = "image/gif"},
      {.name = "size", .content = "1024x1024"},
      {.name = "n", .content = "1"}};
  FakeCall call(provider_, request);
  EXPECT_EQ(call.build().body,
            R"({"contents":[{"role":"user","parts":[)"
            R"({"inlineData":{"mimeType":"image/webp","data":"iVBORw=="}},)"
            R"({"inlineData":{"mimeType":"image/gif","data":"eA=="}},{"text":"red"}]}],)"
            R"("generationConfig":{"responseModalities":["TEXT","IMAGE"],)"
            R"("imageConfig":{"aspectRatio":"1:1"}}})");
  request.parts.push_back({.name = "mask", .content = "x"});
  FakeCall masked(provider_, request);
  EXPECT_EQ(masked.try_build(), PBAY_E_FAIL);
  EXPECT_EQ(masked.error().param, "mask");
}

TEST_F(GeminiCallTest, PassesTheVendorsOwnDialectOn) {
  FakeCall::Request request = other(PBAY_MODE_CHAT, "gemini.generate/1", "gemini-3-flash");
  request.body = "{\"contents\":[]}";
  request.flags = PBAY_REQ_SAME_DIALECT | PBAY_REQ_STREAM;
  FakeCall call(provider_, request);
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.url, "http://up/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse");
  EXPECT_EQ(built.body, "<client body>");
  EXPECT_EQ(call.head(200, kEvents, PBAY_FRAME_SSE), PBAY_S_PASSTHROUGH);
  EXPECT_EQ(call.end(), PBAY_OK);
  EXPECT_EQ(call.transcript(), "");
}

TEST_F(GeminiCallTest, PassesARawRequestOn) {
  FakeCall::Request request = other(PBAY_MODE_RAW, "raw/1", "");
  request.method = "POST";
  request.path = "/upload/v1beta/files?uploadType=media";
  request.body = "bytes";
  request.headers = {{"content-type", "image/png"}};
  request.flags = PBAY_REQ_SAME_DIALECT;
  FakeCall call(provider_, request);
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.method + " " + built.url, "POST http://up/upload/v1beta/files?uploadType=media");
  EXPECT_EQ(built.body, "<client body>");
  EXPECT_EQ(built.header("content-type"), "image/png");
  EXPECT_EQ(built.header("accept"), "*/*");
  EXPECT_EQ(built.header("x-goog-api-key"), "gm-secret-0123");
  EXPECT_EQ(call.head(200, {{"content-type", "image/png"}}, PBAY_FRAME_BYTES), PBAY_S_PASSTHROUGH);
  EXPECT_EQ(call.end(), PBAY_OK);
}

TEST_F(GeminiCallTest, DoesNotLeaveItsBaseUrl) {
  for (const char* path : {"/v1beta/../../x", "//elsewhere/x", "x", "/a%2e%2e/%2e%2e/b", "/a b"}) {
    FakeCall::Request request = other(PBAY_MODE_RAW, "raw/1", "");
    request.method = "GET";
    request.path = path;
    FakeCall call(provider_, request);
    EXPECT_EQ(call.try_build(), PBAY_E_FAIL) << path;
    EXPECT_EQ(call.error().category, PBAY_ERR_BAD_REQUEST) << path;
  }
}

TEST_F(GeminiCallTest, RefersToALargeUploadInsteadOfCopyingIt) {
  const std::string upload(600'000, 'A');
  FakeCall call(provider_,
                chat(R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":)"
                     R"({"url":"data:image/png;base64,)" +
                     upload + R"("}}]}]})"));
  const BuiltRequest built = call.build();
  EXPECT_EQ(built.pieces, 3u);
  EXPECT_EQ(
      built.body,
      R"({"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":")" +
          upload + R"("}}]}]})");
}

TEST_F(GeminiCallTest, TakesABodyLargerThanTheHostsMemoryForACall) {
  const std::string text(3'000'000, 'x');
  FakeCall call(provider_, chat(R"({"messages":[{"role":"user","content":")" + text + R"("}]})"));
  EXPECT_NE(call.build().body.find(text), std::string::npos);
}

TEST_F(GeminiCallTest, SaysThatASignatureWasLost) {
  FakeCall call(
      provider_,
      chat(R"({"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[)"
           R"({"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
           R"({"role":"tool","tool_call_id":"c","content":"y"}]})"));
  call.build();
  EXPECT_TRUE(logged(PBAY_LOG_WARN, "signatures were lost"));
}

TEST_F(GeminiCallTest, SaysWhatItLeavesOut) {
  FakeCall call(provider_,
                chat(R"({"messages":[{"role":"user","content":"x"}],"logit_bias":{"1":2}})"));
  call.build();
  EXPECT_TRUE(logged(PBAY_LOG_DEBUG, "left out of the request"));
}

TEST_F(GeminiCallTest, SaysNothingOfWhatItKeeps) {
  FakeCall call(provider_,
                chat(R"({"model":"m","messages":[{"role":"user","content":"x"}],"stream":false})"));
  call.build();
  EXPECT_TRUE(host_.logs().empty());
}

TEST_F(GeminiCallTest, ABrokenConnectionAfterTheEndChangesNothing) {
  FakeCall call(provider_, chat(kBody, PBAY_REQ_STREAM));
  call.build();
  call.head(200, kEvents, PBAY_FRAME_SSE);
  call.frames(
      {{R"({"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]})", ""}});
  EXPECT_EQ(call.end(PBAY_E_FAIL), PBAY_OK);
  EXPECT_TRUE(call.transcript().ends_with("FINISH 0 stop \"STOP\"\n"));
}

TEST_F(GeminiCallTest, ABrokenConnectionBeforeTheEndFails) {
  FakeCall call(provider_, chat(kBody, PBAY_REQ_STREAM));
  call.build();
  call.head(200, kEvents, PBAY_FRAME_SSE);
  call.frames({{R"({"candidates":[{"content":{"parts":[{"text":"a"}]}}]})", ""}});
  EXPECT_EQ(call.end(PBAY_E_TIMEOUT), PBAY_E_TIMEOUT);
  EXPECT_EQ(call.error().category, PBAY_ERR_TIMEOUT);
}

// A body that a client of the vendor's own dialect may read; for others it is translated.
TEST_F(GeminiCallTest, NeverShowsItsKey) {
  const Frame refusal{R"({"error":{"code":400,"message":"the key gm-secret-0123 is bad",)"
                      R"("status":"INVALID_ARGUMENT"}})",
                      ""};
  FakeCall call(provider_, chat(kBody, PBAY_REQ_SAME_DIALECT));
  call.build();
  call.head(400, kJson, PBAY_FRAME_WHOLE);
  call.frames({refusal});
  EXPECT_EQ(call.error().message, "the key *** is bad");
  EXPECT_EQ(call.error().upstream_body, "");

  FakeCall::Request request = other(PBAY_MODE_CHAT, "gemini.generate/1", "gemini-3-flash");
  request.flags = PBAY_REQ_SAME_DIALECT;
  FakeCall native(provider_, request);
  native.build();
  native.head(400, kJson, PBAY_FRAME_WHOLE);
  native.frames({refusal});
  EXPECT_EQ(native.error().message, "the key *** is bad");
  EXPECT_NE(native.error().upstream_body.find("the key *** is bad"), std::string::npos);
}

}  // namespace
}  // namespace patchbay::testing
