// Every folder of tests/fixtures/azure-openai is a case: the upstream's answer in it must come out
// as the events in it; for a client of OpenAI's dialect (cases whose `call` says "same") these are
// the bytes that the client gets. PATCHBAY_UPDATE_GOLDEN=1 writes what comes out now; read the
// difference before keeping it.

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

const std::string kFolder = PATCHBAY_TEST_FIXTURES "/azure-openai/";

class AzureGolden : public ::testing::TestWithParam<std::string> {
 protected:
  FakeHost host_;
  PluginModule module_{PATCHBAY_TEST_PLUGINS "/azure-openai/libpatchbay_azure-openai.so", host_};
  FakeProvider provider_{
      module_, R"({"endpoint":"https://unit.openai.azure.com","api_key":"az-key-0123456789"})"};
};

TEST_P(AzureGolden, SaysTheAnswerInEvents) {
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
                         AzureGolden,
                         ::testing::ValuesIn(fixture_names(kFolder)),
                         [](const auto& made) { return made.param; });

}  // namespace
}  // namespace patchbay::testing
