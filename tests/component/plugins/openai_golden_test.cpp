// Every folder of tests/fixtures/openai is a case: the upstream's answer in it must come out as the
// events in it. PATCHBAY_UPDATE_GOLDEN=1 writes the events that come out now; read the difference
// before keeping it.

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

const std::string kFolder = PATCHBAY_TEST_FIXTURES "/openai/";

class OpenAiGolden : public ::testing::TestWithParam<std::string> {
 protected:
  FakeHost host_;
  PluginModule module_{PATCHBAY_TEST_PLUGINS "/openai/libpatchbay_openai.so", host_};
  FakeProvider provider_{module_, R"({"api_key":"sk-test-0123456789"})"};
};

TEST_P(OpenAiGolden, SaysTheAnswerInEvents) {
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

TEST_P(OpenAiGolden, SendsWhatTheUpstreamWants) {
  const std::string folder = kFolder + GetParam();
  const std::string sent = build_openai(provider_, read_openai_fixture(folder)).body;
  if (!std::filesystem::exists(folder + "/upstream.json")) return;  // it is enough that it is built
  EXPECT_EQ(sent + "\n", read_file(folder + "/upstream.json"));
}

INSTANTIATE_TEST_SUITE_P(Fixtures,
                         OpenAiGolden,
                         ::testing::ValuesIn(fixture_names(kFolder)),
                         [](const auto& made) { return made.param; });

}  // namespace
}  // namespace patchbay::testing
