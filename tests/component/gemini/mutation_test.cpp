// Answers that no upstream should send, and requests that no client should: every fixture with
// bytes changed, cut or repeated, by a generator that always starts the same. Nothing is asked but
// that the plugin survives, which the sanitizers judge, and that what it says is well-formed.

#include <algorithm>
#include <iterator>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "core/json/value.hpp"
#include "tests/component/gemini/gemini_case.hpp"
#include "tests/support/mutated.hpp"
#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

constexpr int kRoundsPerFixture = 40;

// One value of the JSON replaced by another, so that it stays JSON and means something else.
std::string swapped(const std::string& text, std::mt19937& random) {
  constexpr std::string_view kOther[] = {"null", "{}", "[]", "\"\"", "7", "true", "[{}]", "\"x\""};
  const std::size_t colon = text.find(':', random() % std::max<std::size_t>(text.size(), 1));
  if (colon == text.npos) return text;
  const std::size_t end = text.find_first_of(",}]\n", colon);
  if (end == text.npos) return text;
  return text.substr(0, colon + 1) + std::string(kOther[random() % std::size(kOther)]) +
         text.substr(end);
}

// Whether JSON stands behind a '=', of which the name before it may have some of its own.
bool ends_in_json(const std::string& line) {
  std::size_t at = line.find('=');
  while (at != line.npos && !json::parse(line.substr(at + 1)))
    at = line.find('=', at + 1);
  return at != line.npos;
}

// Text that a host would put between quotes must make JSON.
void expect_sound(const std::string& transcript) {
  std::istringstream lines(transcript);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("TEXT ") || line.starts_with("REASONING ")) {
      EXPECT_TRUE(json::parse(line.substr(line.find('"')))) << line;
    }
    EXPECT_TRUE(!line.starts_with("EXTRA ") || ends_in_json(line)) << line;
  }
}

class GeminiMutation : public ::testing::Test {
 protected:
  FakeHost host_;
  PluginModule module_{kGeminiPlugin, host_};
  FakeProvider provider_{module_, "{}"};
  std::mt19937 random_{20240601};
};

TEST_F(GeminiMutation, SurvivesWhatNoUpstreamShouldSend) {
  const std::vector<std::string> names = gemini_cases("answers");
  EXPECT_GT(names.size(), 60u);
  for (const std::string& name : names) {
    const GeminiAnswerFixture fixture = read_answer_fixture(gemini_folder("answers", name));
    for (int round = 0; round < kRoundsPerFixture; ++round) {
      GeminiAnswerFixture changed = fixture;
      for (int times = 1 + round % 3; times > 0; --times) {
        changed.response = round % 2 == 0 ? swapped(changed.response, random_)
                                          : mutated(std::move(changed.response), random_);
      }
      expect_sound(play_answer(provider_, changed, round % 4 < 2));
    }
  }
}

TEST_F(GeminiMutation, SurvivesWhatNoClientShouldSend) {
  const std::vector<std::string> names = gemini_cases("requests");
  EXPECT_GT(names.size(), 60u);
  for (const std::string& name : names) {
    const std::string folder = gemini_folder("requests", name);
    const GeminiCase given = read_gemini_case(folder);
    const std::string body = read_file(folder + "/request.json");
    for (int round = 0; round < kRoundsPerFixture; ++round) {
      std::string changed = body;
      for (int times = 1 + round % 3; times > 0; --times) {
        changed = round % 2 == 0 ? swapped(changed, random_) : mutated(changed, random_);
      }
      const std::string played = play_request(provider_, given, changed);
      if (played.starts_with("REFUSED bad_request")) continue;
      ASSERT_TRUE(played.starts_with("POST ")) << played;
      const std::size_t line = played.find('\n');
      const auto sent = json::parse(std::string_view(played).substr(line + 1));
      // A name that stood twice in the client's schema stands twice in ours.
      const bool twice = !sent && sent.error().message.find("twice") != std::string::npos;
      EXPECT_TRUE(sent || twice) << name << "\n" << changed << "\n" << played;
    }
  }
}

TEST_F(GeminiMutation, RefusesEveryCutOfAPiece) {
  const std::string piece =
      R"({"candidates":[{"content":{"parts":[{"text":"a\u00e9\ud83d\ude00"},{"functionCall":)"
      R"({"name":"f","args":{"a":1}},"thoughtSignature":"AA=="}]},"finishReason":"STOP"}]})";
  for (std::size_t cut = 0; cut <= piece.size(); ++cut) {
    FakeCall call(provider_,
                  {.model = "m",
                   .body = R"({"messages":[{"role":"user","content":"x"}]})",
                   .flags = PBAY_REQ_STREAM});
    call.build();
    call.head(200, {{"content-type", "text/event-stream"}}, PBAY_FRAME_SSE);
    const pbay_status status = call.frames({{piece.substr(0, cut), ""}});
    EXPECT_EQ(status < 0, cut != 0 && cut != piece.size()) << "cut at byte " << cut;
  }
}

}  // namespace
}  // namespace patchbay::testing
