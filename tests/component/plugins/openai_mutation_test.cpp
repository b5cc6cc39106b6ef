// Answers that no upstream should send: every fixture with bytes changed, cut or repeated, by a
// generator that always starts the same. Nothing is asked but that the plugin survives, which the
// sanitizers judge, and that what it says is well-formed.

#include <filesystem>
#include <random>

#include <gtest/gtest.h>

#include "core/json/value.hpp"
#include "tests/support/mutated.hpp"
#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

constexpr int kRoundsPerFixture = 60;

// Text that a host would put between quotes must make JSON.
void expect_sound(const std::string& transcript) {
  std::istringstream lines(transcript);
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.starts_with("TEXT ") && !line.starts_with("REASONING ")) continue;
    EXPECT_TRUE(json::parse(line.substr(line.find('"')))) << line;
  }
}

TEST(OpenAiMutation, SurvivesWhatNoUpstreamShouldSend) {
  FakeHost host;
  PluginModule module(PATCHBAY_TEST_PLUGINS "/openai/libpatchbay_openai.so", host);
  FakeProvider provider(module, "{}");
  std::mt19937 random(20240601);
  int fixtures = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PATCHBAY_TEST_FIXTURES "/openai")) {
    if (!entry.is_directory()) continue;
    ++fixtures;
    const OpenAiFixture fixture = read_openai_fixture(entry.path());
    for (int round = 0; round < kRoundsPerFixture; ++round) {
      OpenAiFixture changed = fixture;
      for (int times = 1 + round % 3; times > 0; --times) {
        changed.response = mutated(std::move(changed.response), random);
      }
      expect_sound(play_openai(provider, changed, round % 2 == 0));
    }
  }
  EXPECT_GT(fixtures, 50);
}

TEST(OpenAiMutation, SurvivesEveryCutOfAChunk) {
  FakeHost host;
  PluginModule module(PATCHBAY_TEST_PLUGINS "/openai/libpatchbay_openai.so", host);
  FakeProvider provider(module, "{}");
  const std::string chunk =
      R"({"id":"1","choices":[{"index":0,"delta":{"content":"a\u00e9\ud83d\ude00","tool_calls":)"
      R"([{"index":0,"id":"c","function":{"name":"f","arguments":"{\"a\":1}"}}]},)"
      R"("finish_reason":"stop","logprobs":{"content":[]}}],"usage":{"prompt_tokens":1.5e0}})";
  for (std::size_t cut = 0; cut <= chunk.size(); ++cut) {
    FakeCall call(provider, {.model = "m", .body = "{}", .flags = PBAY_REQ_STREAM});
    call.build();
    call.head(200, {{"content-type", "text/event-stream"}}, PBAY_FRAME_SSE);
    const pbay_status status = call.frames({{chunk.substr(0, cut), ""}});
    EXPECT_EQ(status < 0, cut != 0 && cut != chunk.size()) << "cut at byte " << cut;
  }
}

}  // namespace
}  // namespace patchbay::testing
