// Every recorded request finds its recorded answer again.
//
// The recordings are not part of the repository. PATCHBAY_RECORDINGS names their folder; without it
// this test is skipped, and says so.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "patchbay/host.hpp"
#include "plugins/replay/form_text.hpp"
#include "plugins/replay/recording.hpp"
#include "plugins/shared/base64.hpp"
#include "tests/support/fake_host.hpp"

namespace patchbay::testing {
namespace {

namespace fs = std::filesystem;
using plugins::JsonText;
using plugins::JsonValue;
using plugins::OpenAiOperation;
using plugins::replay::read_recording;
using plugins::replay::ReadFailure;
using plugins::replay::Recording;

constexpr std::size_t kAnswersLeast = 300;  // so that an empty corpus does not pass

struct Named {
  OpenAiOperation operation;
  pbay_mode mode;
  const char* dialect;
};

constexpr Named kNames[] = {
    {OpenAiOperation::kChat, PBAY_MODE_CHAT, "openai.chat/1"},
    {OpenAiOperation::kCompletions, PBAY_MODE_CHAT, "openai.completions/1"},
    {OpenAiOperation::kResponses, PBAY_MODE_CHAT, "openai.responses/1"},
    {OpenAiOperation::kEmbeddings, PBAY_MODE_EMBEDDING, "openai.embeddings/1"},
    {OpenAiOperation::kImages, PBAY_MODE_IMAGE, "openai.images.generations/1"},
    {OpenAiOperation::kImageEdits, PBAY_MODE_IMAGE, "openai.images.edits/1"},
    {OpenAiOperation::kImageVariations, PBAY_MODE_IMAGE, "openai.images.variations/1"},
    {OpenAiOperation::kTranscriptions, PBAY_MODE_TRANSCRIBE, "openai.audio.transcriptions/1"},
    {OpenAiOperation::kTranslations, PBAY_MODE_TRANSCRIBE, "openai.audio.translations/1"},
    {OpenAiOperation::kSpeech, PBAY_MODE_SPEECH, "openai.audio.speech/1"},
    {OpenAiOperation::kModerations, PBAY_MODE_MODERATION, "openai.moderations/1"},
    {OpenAiOperation::kModels, PBAY_MODE_MODELS, "openai.models/1"}};

// The request of a recording, as the host would give it to a provider.
FakeCall::Request request_of(const Recording& recording, JsonValue request) {
  FakeCall::Request made{.model = recording.model};
  for (const Named& name : kNames) {
    if (name.operation != recording.operation) continue;
    made.mode = name.mode;
    made.dialect = name.dialect;
  }
  std::string body = request["body"]["text"].string();
  if (request["body"]["base64"]) {
    EXPECT_TRUE(plugins::decode_base64(request["body"]["base64"].string(), body));
  }
  std::string type;
  for (const JsonValue header : request["headers"].elements()) {
    std::vector<std::string> words;
    for (const JsonValue word : header.elements())
      words.push_back(word.string());
    if (words.size() == 2 && sdk::same_name(words[0], "content-type")) type = words[1];
  }
  const auto fields = plugins::replay::read_form(type, body);
  if (!fields) {
    made.body = body;
    return made;
  }
  for (const auto& field : *fields) {
    made.parts.push_back({field.name, std::string(field.content), field.is_file ? "name" : ""});
  }
  return made;
}

TEST(RecordedTraffic, IsFoundAgain) {
  const char* recordings = std::getenv("PATCHBAY_RECORDINGS");
  if (recordings == nullptr || *recordings == '\0') {
    GTEST_SKIP()
        << "LEFT OUT: set PATCHBAY_RECORDINGS to the folder with openai.jsonl.gz and others";
  }
  std::string name = (fs::temp_directory_path() / "replay-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  const fs::path folder = name;
  for (const char* family : {"openai", "azure", "openrouter", "compatible"}) {
    const std::string command = "gzip -dc '" + std::string(recordings) + "/" + family +
                                ".jsonl.gz' > '" + (folder / family).string() + ".jsonl'";
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }

  FakeHost host;
  PluginModule module(PATCHBAY_TEST_PLUGINS "/replay/libpatchbay_replay.so", host);
  FakeProvider provider(module, R"({"match":"exact","recordings":")" + name + "\"}");
  ASSERT_EQ(provider.status(), PBAY_OK) << host.setup_error().message;
  std::size_t answered = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      Recording recording;
      if (read_recording(line, recording) != ReadFailure::kNone ||
          recording.operation == OpenAiOperation::kRaw) {
        continue;
      }
      JsonText json;
      ASSERT_TRUE(json.parse(line));
      const std::string id = json.root()["meta"]["id"].string();
      FakeCall::Request request = request_of(recording, json.root()["request"]);
      request.flags = recording.stream ? PBAY_REQ_STREAM : 0;
      if (recording.operation != OpenAiOperation::kModels) request.flags |= PBAY_REQ_SAME_DIALECT;
      FakeCall call(provider, std::move(request));
      ASSERT_EQ(call.start(), PBAY_OK) << id << ": " << call.error().message;
      EXPECT_EQ(call.completions(), 1) << id;
      if (recording.status < 300 && call.completion() == PBAY_OK) {
        EXPECT_NE(call.transcript(), "") << id;
      }
      ++answered;
    }
  }
  EXPECT_GE(answered, kAnswersLeast);
  fs::remove_all(folder);
}

}  // namespace
}  // namespace patchbay::testing
