// Every folder of tests/fixtures/openrouter is a case: the upstream's answer in it must come out as
// the events in it, whether they are read or pass, and the request must go up as it says.
// PATCHBAY_UPDATE_GOLDEN=1 writes the events that come out now; read the difference before keeping
// it.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/mutated.hpp"
#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

const std::string kFolder = PATCHBAY_TEST_FIXTURES "/openrouter/";
constexpr const char* kLibrary = PATCHBAY_TEST_PLUGINS "/openrouter/libpatchbay_openrouter.so";
constexpr int kRoundsPerFixture = 60;

class OpenRouterGolden : public ::testing::TestWithParam<std::string> {
 protected:
  FakeHost host_;
  PluginModule module_{kLibrary, host_};
  FakeProvider provider_{module_, R"({"api_key":"sk-or-test-0123456789"})"};
};

TEST_P(OpenRouterGolden, SaysTheAnswerInEvents) {
  const std::string folder = kFolder + GetParam();
  const OpenAiFixture fixture = read_openai_fixture(folder);
  const std::string together = play_openai(provider_, fixture, true);
  const std::string one_by_one = play_openai(provider_, fixture, false);
  EXPECT_EQ(together, one_by_one) << "how many frames come at once must not matter";
  if (std::getenv("PATCHBAY_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(folder + "/events.txt", std::ios::binary) << together;
  }
  EXPECT_EQ(together, read_file(folder + "/events.txt"));
}

TEST_P(OpenRouterGolden, SendsWhatTheUpstreamWants) {
  const std::string folder = kFolder + GetParam();
  const std::string sent = build_openai(provider_, read_openai_fixture(folder)).body;
  if (!std::filesystem::exists(folder + "/upstream.json")) return;  // it is enough that it is built
  EXPECT_EQ(sent + "\n", read_file(folder + "/upstream.json"));
}

// Nothing is asked but that the plugin survives, which the sanitizers judge.
TEST_P(OpenRouterGolden, SurvivesADamagedAnswerAndRequest) {
  std::mt19937 random(20240602);
  const OpenAiFixture fixture = read_openai_fixture(kFolder + GetParam());
  for (int round = 0; round < kRoundsPerFixture; ++round) {
    OpenAiFixture changed = fixture;
    for (int times = 1 + round % 3; times > 0; --times) {
      changed.response = mutated(std::move(changed.response), random);
    }
    play_openai(provider_, changed, round % 2 == 0);
    changed.request = mutated(fixture.request, random);
    FakeCall call(
        provider_,
        {.model = "m", .body = changed.request, .mode = fixture.mode, .dialect = fixture.dialect});
    EXPECT_EQ(call.created(), PBAY_OK);
    EXPECT_EQ(call.try_build() < 0, fixture.dialect == "openai.responses/1");
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures,
                         OpenRouterGolden,
                         ::testing::ValuesIn(fixture_names(kFolder)),
                         [](const auto& made) { return made.param; });

}  // namespace
}  // namespace patchbay::testing
