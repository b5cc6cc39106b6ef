// Every folder of tests/fixtures/anthropic/answers is a case: the upstream's answer in it must come
// out as the events in it. PATCHBAY_UPDATE_GOLDEN=1 writes the events that come out now; read the
// difference before keeping it.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

const std::string kFolder = PATCHBAY_TEST_FIXTURES "/anthropic/answers/";

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class AnthropicAnswer : public ::testing::TestWithParam<std::string> {
 protected:
  FakeHost host_;
  PluginModule module_{PATCHBAY_TEST_PLUGINS "/anthropic/libpatchbay_anthropic.so", host_};
  FakeProvider provider_{module_, R"({"api_key":"sk-test-0123456789"})"};
};

TEST_P(AnthropicAnswer, IsSaidInEvents) {
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

INSTANTIATE_TEST_SUITE_P(Fixtures,
                         AnthropicAnswer,
                         ::testing::ValuesIn(cases()),
                         [](const auto& made) { return made.param; });

}  // namespace
}  // namespace patchbay::testing
