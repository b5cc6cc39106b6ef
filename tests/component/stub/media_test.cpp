// The stub's answers in the modes beside chat.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/stub/sound.hpp"
#include "tests/support/fake_host.hpp"

namespace patchbay::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::uint32_t kWhole = PBAY_REQ_SAME_DIALECT;
constexpr std::uint32_t kStream = PBAY_REQ_SAME_DIALECT | PBAY_REQ_STREAM;

std::string only(const std::string& transcript, std::string_view type) {
  std::istringstream lines(transcript);
  std::string line;
  std::string out;
  while (std::getline(lines, line)) {
    if (line.starts_with(type)) out += line + "\n";
  }
  return out;
}

// The lines without the bytes of images and sound, which are the last thing in them.
std::string without_bytes(const std::string& transcript) {
  std::istringstream lines(transcript);
  std::string line;
  std::string out;
  while (std::getline(lines, line)) {
    const bool has_bytes = line.starts_with("IMAGE") || line.starts_with("AUDIO");
    out += has_bytes ? line.substr(0, line.rfind(" \"")) : line;
    out += '\n';
  }
  return out;
}

class StubMedia : public ::testing::Test {
 protected:
  std::string answer(FakeCall::Request request, std::string_view config = "{}") {
    FakeProvider provider(module_, config);
    EXPECT_EQ(provider.status(), PBAY_OK) << host_.setup_error().message;
    request.model = "m1";
    FakeCall call(provider, std::move(request));
    EXPECT_EQ(call.start(), PBAY_OK) << call.error().message;
    EXPECT_EQ(call.completions(), 1);
    EXPECT_EQ(call.completion(), PBAY_OK);
    return call.transcript();
  }
  std::string complaint(FakeCall::Request request) {
    FakeProvider provider(module_, "{}");
    FakeCall call(provider, std::move(request));
    EXPECT_EQ(call.start(), PBAY_E_INVALID);
    EXPECT_EQ(call.error().category, PBAY_ERR_BAD_REQUEST);
    return call.error().message;
  }
  static FakeCall::Request images(const std::string& body, std::uint32_t flags = kWhole) {
    return {.body = body,
            .flags = flags,
            .mode = PBAY_MODE_IMAGE,
            .dialect = "openai.images.generations/1"};
  }
  static FakeCall::Request embeddings(const std::string& body) {
    return {.body = body,
            .flags = kWhole,
            .mode = PBAY_MODE_EMBEDDING,
            .dialect = "openai.embeddings/1"};
  }
  static FakeCall::Request transcription(std::vector<FakePart> parts,
                                         const std::string& what = "transcriptions") {
    return {.flags = kStream,
            .mode = PBAY_MODE_TRANSCRIBE,
            .dialect = "openai.audio." + what + "/1",
            .parts = std::move(parts)};
  }
  static FakeCall::Request speech(const std::string& body) {
    return {.body = body,
            .flags = kWhole,
            .mode = PBAY_MODE_SPEECH,
            .dialect = "openai.audio.speech/1"};
  }

  FakeHost host_;
  PluginModule module_{PATCHBAY_TEST_PLUGINS "/stub/libpatchbay_stub.so", host_};
};

TEST_F(StubMedia, CompletesAText) {
  const std::string said = answer({.body = R"({"prompt":"Once upon a time"})",
                                   .flags = kStream,
                                   .dialect = "openai.completions/1"});
  EXPECT_THAT(said, StartsWith("META id=\"cmpl-stub-"));
  EXPECT_EQ(said.substr(said.find('\n') + 1),
            "TEXT 0.0 \"Hello\"\nTEXT 0.0 \" from\"\nTEXT 0.0 \" Patchbay\"\nITEM_END 0.0\n"
            "FINISH 0 stop \"stop\"\nUSAGE input=4 output=3 reasoning=0 cache_read=0\n");
}

TEST_F(StubMedia, CompletesEachOfSeveralTexts) {
  const std::string said = answer({.body = R"({"prompt":["a","b"],"n":2,"stub":{"reply":"x"}})",
                                   .flags = kWhole,
                                   .dialect = "openai.completions/1"});
  EXPECT_EQ(only(said, "TEXT"), "TEXT 0.0 \"x\"\nTEXT 1.0 \"x\"\nTEXT 2.0 \"x\"\nTEXT 3.0 \"x\"\n");
  EXPECT_THAT(
      complaint({.body = R"({"prompt":["a","b"],"n":9})", .dialect = "openai.completions/1"}),
      HasSubstr("at most 16"));
}

TEST_F(StubMedia, CompletesWithTextAlone) {
  const std::string said = answer({.body = R"({"prompt":"stub:{\"refusal\":\"No way\"}"})",
                                   .flags = kWhole,
                                   .dialect = "openai.completions/1"},
                                  R"({"tool_calls":[{"name":"f"}]})");
  EXPECT_EQ(only(said, "TEXT"), "TEXT 0.0 \"No\"\nTEXT 0.0 \" way\"\n");
  EXPECT_THAT(said, Not(HasSubstr("TOOL")));
}

TEST_F(StubMedia, DrawsAsManyPicturesAsAsked) {
  const std::string said = answer(images(R"({"prompt":"two cats","n":2,"size":"16x16"})"));
  EXPECT_THAT(said, StartsWith("META id=\"img-stub-"));
  EXPECT_EQ(without_bytes(said.substr(said.find('\n') + 1)),
            "IMAGE 0.0 kind=3 mime=\"image/png\" revised_prompt=\"A pattern of coloured squares\"\n"
            "ITEM_END 0.0\n"
            "IMAGE 0.1 kind=3 mime=\"image/png\" revised_prompt=\"A pattern of coloured squares\"\n"
            "ITEM_END 0.1\n"
            "FINISH 0 stop \"stop\"\n"
            "USAGE input=2 output=2 reasoning=0 cache_read=0\n");
}

TEST_F(StubMedia, DrawsTheSameForTheSamePromptAndNoOther) {
  const std::string cat = only(answer(images(R"({"prompt":"cat","size":"64x64"})")), "IMAGE");
  EXPECT_EQ(only(answer(images(R"({"size":"64x64","prompt":"cat"})")), "IMAGE"), cat);
  EXPECT_NE(only(answer(images(R"({"prompt":"dog","size":"64x64"})")), "IMAGE"), cat);
}

TEST_F(StubMedia, ShowsPreviewsWhereTheyAreAskedFor) {
  const std::string body = R"({"prompt":"x","size":"16x16","stream":true,"partial_images":2})";
  const std::string said = without_bytes(answer(images(body, kStream)));
  EXPECT_THAT(said,
              HasSubstr("IMAGE 0.0 kind=3 partial=0 mime=\"image/png\"\n"
                        "IMAGE 0.0 kind=3 partial=1 mime=\"image/png\"\n"
                        "IMAGE 0.0 kind=3 mime=\"image/png\" revised"));
  EXPECT_THAT(answer(images(body, kWhole)), Not(HasSubstr("partial")));
}

TEST_F(StubMedia, GivesUrlsToThoseWhoAskForThem) {
  EXPECT_THAT(answer(images(R"({"prompt":"x","size":"16x16","response_format":"url"})")),
              HasSubstr("\"data:image/png;base64,iVBORw0KGgo"));
  EXPECT_THAT(answer(images(R"({"prompt":"x","stub":{"image":"https://img.example/1.png"}})")),
              HasSubstr("kind=1 mime=\"\" revised_prompt=\"A pattern of coloured squares\" "
                        "\"https://img.example/1.png\""));
}

TEST_F(StubMedia, NamesWhatIsWrongWithARequestForPictures) {
  EXPECT_EQ(complaint(images("{}")), "prompt: must be text");
  EXPECT_EQ(complaint(images(R"({"prompt":"x","n":11})")),
            "n: must be a whole number from 1 to 10");
  for (const char* size : {"1x1", "5000x16", "16", "x", "16x", "16x16x16", "-16x16"}) {
    EXPECT_THAT(complaint(images(R"({"prompt":"x","size":")" + std::string(size) + "\"}")),
                StartsWith("size: must be auto, or WIDTHxHEIGHT"))
        << size;
  }
}

TEST_F(StubMedia, EditsAndVariesAnUpload) {
  const auto upload = [](const std::string& dialect, const std::string& bytes) {
    return FakeCall::Request{.flags = kWhole,
                             .mode = PBAY_MODE_IMAGE,
                             .dialect = dialect,
                             .parts = {{"prompt", "a hat"},
                                       {"image[]", bytes, "cat.png", "image/png"},
                                       {"size", "32x16"},
                                       {"n", "1"}}};
  };
  const std::string one = only(answer(upload("openai.images.edits/1", "A")), "IMAGE");
  EXPECT_EQ(only(answer(upload("openai.images.edits/1", "A")), "IMAGE"), one);
  EXPECT_NE(only(answer(upload("openai.images.edits/1", "B")), "IMAGE"), one);
  EXPECT_EQ(complaint({.mode = PBAY_MODE_IMAGE,
                       .dialect = "openai.images.variations/1",
                       .parts = {{"size", "16x16"}}}),
            "image: is missing");
  answer({.flags = kWhole,
          .mode = PBAY_MODE_IMAGE,
          .dialect = "openai.images.variations/1",
          .parts = {{"image", "A", "cat.png", "image/png"}}});
  answer({.body = R"({"prompt":"x","images":[{"image_url":"u"}],"size":"16x16"})",
          .flags = kWhole,
          .mode = PBAY_MODE_IMAGE,
          .dialect = "openai.images.edits/1"});
}

TEST_F(StubMedia, EmbedsTextsAndTokens) {
  const std::string said = answer(embeddings(R"({"input":["one two","three"],"dimensions":8})"));
  EXPECT_THAT(said, StartsWith("META id=\"emb-stub-"));
  EXPECT_EQ(said.substr(said.find('\n') + 1),
            "EMBEDDING 0 kind=1 dims=8 32 bytes\nEMBEDDING 1 kind=1 dims=8 32 bytes\n"
            "USAGE input=3 output=2 reasoning=0 cache_read=0\n");
  EXPECT_THAT(answer(embeddings(R"({"input":"x"})")), HasSubstr("dims=1536"));
  EXPECT_EQ(only(answer(embeddings(R"({"input":[1,2,3],"dimensions":4})")), "EMB"),
            "EMBEDDING 0 kind=1 dims=4 16 bytes\n");
  EXPECT_EQ(only(answer(embeddings(R"({"input":[[1,2],[3]],"dimensions":4})")), "EMB"),
            "EMBEDDING 0 kind=1 dims=4 16 bytes\nEMBEDDING 1 kind=1 dims=4 16 bytes\n");
  for (const char* body : {"{}", R"({"input":[]})", R"({"input":5})", R"({"input":["a",[]]})"}) {
    EXPECT_THAT(complaint(embeddings(body)), StartsWith("input: must be")) << body;
  }
  EXPECT_THAT(complaint(embeddings(R"({"input":"x","dimensions":0})")), StartsWith("dimensions"));
}

TEST_F(StubMedia, SaysWhatRecordingItWasSent) {
  const std::string sound =
      plugins::stub::wav_head(48'000) + std::string(48'000, '\0');  // a second
  const std::string said =
      answer(transcription({{"file", sound, "talk.wav", "audio/wav"}, {"language", "de"}}));
  std::string text;
  std::istringstream lines(only(said, "TEXT"));
  for (std::string line; std::getline(lines, line);)
    text += line.substr(line.find('"') + 1, line.size() - line.find('"') - 2);
  EXPECT_EQ(text,
            "You sent the recording talk.wav of 48044 bytes, of type audio/wav, that lasts 1.00 "
            "seconds.");
  EXPECT_EQ(only(said, "SEGMENT"),
            "SEGMENT 0.0 0-333330 \"You sent the recording talk.wav\"\n"
            "SEGMENT 0.0 333330-666660 \" of 48044 bytes, of type\"\n"
            "SEGMENT 0.0 666660-1000000 \" audio/wav, that lasts 1.00 seconds.\"\n");
  EXPECT_EQ(only(said, "EXTRA"), "EXTRA answer language=\"de\"\nEXTRA answer duration=1.00\n");
  EXPECT_THAT(said, HasSubstr("USAGE input=10 output=15 "));
}

TEST_F(StubMedia, TranslatesIntoEnglish) {
  const std::string said = answer(transcription(
      {{"file", std::string(32'000, 'x'), "", ""}, {"language", "de"}}, "translations"));
  EXPECT_THAT(said, HasSubstr("TEXT 0.0 \"In\"\nTEXT 0.0 \" English:\"\n"));
  EXPECT_THAT(said, HasSubstr("language=\"en\"\nEXTRA answer duration=2.00\n"));
}

TEST_F(StubMedia, TranscribesAsTold) {
  const std::string said = answer(transcription(
      {{"file", "x", "a.mp3", "audio/mpeg"}, {"prompt", "stub: {\"reply\": \"Hello there\"}"}}));
  EXPECT_EQ(only(said, "TEXT"), "TEXT 0.0 \"Hello\"\nTEXT 0.0 \" there\"\n");
  EXPECT_EQ(only(answer(transcription({{"file", "x"}, {"stub", R"({"tokens":1})"}})), "TEXT"),
            "TEXT 0.0 \"amber\"\n");
  EXPECT_EQ(complaint(transcription({{"language", "de"}})), "file: is missing");
  EXPECT_EQ(complaint(transcription({{"file", "x"}, {"stub", "no"}})), "stub: is not JSON");
}

TEST_F(StubMedia, TranscribesARecordingThatItIsNotShown) {
  const std::string said = answer(transcription(
      {{.name = "file", .content = std::string(16'000, 'x'), .filename = "a", .spooled = true}}));
  EXPECT_THAT(said, HasSubstr("duration=1.00"));
}

TEST_F(StubMedia, SpeaksATonePerWord) {
  const std::string said = answer(speech(R"({"input":"one two  three","voice":"alloy"})"));
  std::istringstream lines(said);
  std::vector<std::string> pieces;
  for (std::string line; std::getline(lines, line);)
    pieces.push_back(line);
  ASSERT_EQ(pieces.size(), 3u);
  EXPECT_TRUE(pieces[0].starts_with("AUDIO 0.0 type=\"audio/wav\" \"RIFF"));
  EXPECT_TRUE(pieces[1].starts_with("AUDIO 0.0 type=\"audio/wav\" \"\\u0000"));
  const std::string samples = answer(speech(R"({"input":"one","response_format":"pcm"})"));
  EXPECT_TRUE(samples.starts_with("AUDIO 0.0 type=\"audio/pcm\" \"\\u0000"));
  EXPECT_EQ(complaint(speech(R"({"voice":"alloy"})")), "input: must be text");
}

TEST_F(StubMedia, SpeaksNoLongerThanTenSeconds) {
  std::string words;
  for (int i = 0; i < 100; ++i)
    words += "word ";
  const std::string said = answer(speech(R"({"input":")" + words + "\"}"));
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 40);
}

TEST_F(StubMedia, FlagsOneWordOnly) {
  const auto judged = [&](const std::string& input) {
    return answer({.body = R"({"input":)" + input + "}",
                   .flags = kWhole,
                   .mode = PBAY_MODE_MODERATION,
                   .dialect = "openai.moderations/1"});
  };
  const std::string mild = judged("\"Good morning\"");
  EXPECT_THAT(mild, StartsWith("RAW \"{\\\"id\\\":\\\"modr-stub\\\",\\\"model\\\":\\\"m1\\\""));
  EXPECT_THAT(mild, HasSubstr("\\\"flagged\\\":false"));
  EXPECT_THAT(mild, Not(HasSubstr("true")));
  const std::string two = judged(R"(["ok","please stub-flag-me now"])");
  EXPECT_THAT(two, HasSubstr("\\\"flagged\\\":false"));
  EXPECT_THAT(two, HasSubstr("\\\"flagged\\\":true,\\\"categories\\\":{\\\"harassment\\\":true"));
  EXPECT_THAT(judged(R"([{"type":"text","text":"stub-flag-me"},{"type":"image_url"}])"),
              HasSubstr("\\\"flagged\\\":true"));
}

TEST_F(StubMedia, ListsItsModels) {
  const FakeCall::Request asked{.mode = PBAY_MODE_MODELS, .dialect = "openai.models/1"};
  EXPECT_THAT(answer(asked), StartsWith("MODEL id=\"stub\" owner=\"instance\" modes="));
  const std::string listed = answer(asked, R"({"models":["a",{"id":"painter","mode":"image"}]})");
  EXPECT_THAT(listed, HasSubstr("id=\"a\""));
  EXPECT_THAT(listed, HasSubstr("id=\"painter\" owner=\"instance\" modes=4 "));
}

TEST_F(StubMedia, RefusesModelsOfNoKnownMode) {
  FakeProvider provider(module_, R"({"models":[{"id":"a","mode":"telepathy"}]})");
  EXPECT_EQ(provider.status(), PBAY_E_CONFIG);
  EXPECT_EQ(host_.setup_error().param, "/models/0/mode");
}

}  // namespace
}  // namespace patchbay::testing
