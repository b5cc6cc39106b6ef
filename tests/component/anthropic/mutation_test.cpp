// Answers that no upstream should send, and requests that no client should: every fixture with
// bytes changed, cut or repeated, by a generator that always starts the same. Nothing is asked but
// that the code survives, which the sanitizers judge, and that what comes out is well-formed.

#include <filesystem>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "core/json/value.hpp"
#include "plugins/anthropic/request.hpp"
#include "tests/support/mutated.hpp"
#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

constexpr int kRoundsPerFixture = 60;

// A JSON value in the place of another: these stay JSON, and reach further in.
std::string with_other_value(const std::string& text, std::mt19937& random) {
  constexpr std::string_view kValues[] = {"null",
                                          "true",
                                          "1",
                                          "-1",
                                          "\"\"",
                                          "\"x\"",
                                          "[]",
                                          "{}",
                                          "[[1]]",
                                          "{\"type\":\"text\"}",
                                          "1e300",
                                          "\" \\n\""};
  const std::size_t start = random() % text.size();
  const std::size_t colon = text.find(':', start);
  if (colon == text.npos) return text;
  const std::size_t end = text.find_first_of(",}]", colon);
  if (end == text.npos) return text;
  return text.substr(0, colon + 1) + std::string(kValues[random() % std::size(kValues)]) +
         text.substr(end);
}

// Text that a host would put between quotes must make JSON.
void expect_sound(const std::string& transcript) {
  std::istringstream lines(transcript);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("TEXT ") || line.starts_with("REASONING ")) {
      EXPECT_TRUE(json::parse(line.substr(line.find('"')))) << line;
    }
    if (line.starts_with("EXTRA ")) {
      EXPECT_TRUE(json::parse(line.substr(line.find('=') + 1))) << line;
    }
  }
}

TEST(AnthropicMutation, AnswersThatNoUpstreamShouldSend) {
  FakeHost host;
  PluginModule module(PATCHBAY_TEST_PLUGINS "/anthropic/libpatchbay_anthropic.so", host);
  FakeProvider provider(module, "{}");
  std::mt19937 random(20240601);
  int fixtures = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(PATCHBAY_TEST_FIXTURES "/anthropic/answers")) {
    ++fixtures;
    const OpenAiFixture fixture = read_openai_fixture(entry.path());
    for (int round = 0; round < kRoundsPerFixture; ++round) {
      OpenAiFixture changed = fixture;
      for (int times = 1 + round % 3; times > 0; --times) {
        changed.response = round % 2 == 0 ? mutated(std::move(changed.response), random)
                                          : with_other_value(changed.response + ":", random);
      }
      expect_sound(play_openai(provider, changed, round % 2 == 0));
    }
  }
  EXPECT_GT(fixtures, 20);
}

TEST(AnthropicMutation, RequestsThatNoClientShouldSend) {
  std::mt19937 random(20240602);
  int fixtures = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(PATCHBAY_TEST_FIXTURES "/anthropic/requests")) {
    ++fixtures;
    std::string request = read_file(entry.path());
    request = request.substr(request.find('\n') + 1);
    request.resize(request.find("---\n"));
    for (int round = 0; round < kRoundsPerFixture; ++round) {
      std::string changed = request;
      for (int times = 1 + round % 3; times > 0; --times) {
        changed = round % 3 == 0 ? mutated(std::move(changed), random)
                                 : with_other_value(changed, random);
      }
      const auto made = plugins::anthropic::translate_request(
          changed, round % 2 == 0 ? "claude-sonnet-4-5" : "claude-sonnet-5", {});
      ASSERT_NE(made.refusal.has_value(), !made.body.empty());
      if (made.refusal) continue;
      EXPECT_TRUE(json::parse(made.body)) << changed << "\n" << made.body;
    }
  }
  EXPECT_GT(fixtures, 30);
}

}  // namespace
}  // namespace patchbay::testing
