// Every folder of tests/fixtures/gemini is a case, in one direction or the other: a client's
// request must go up as its golden file says, an upstream's answer come out as the events in its.
// With PATCHBAY_UPDATE_GOLDEN=1 the golden files are written anew; read the difference before
// keeping it.

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/component/gemini/gemini_case.hpp"
#include "tests/component/gemini/vendor_rules.hpp"
#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

void expect_golden(const std::string& path, const std::string& text) {
  if (std::getenv("PATCHBAY_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
  }
  EXPECT_EQ(text, read_file(path));
}

class GeminiGolden : public ::testing::TestWithParam<std::string> {
 protected:
  FakeHost host_;
  PluginModule module_{kGeminiPlugin, host_};
  FakeProvider provider_{module_, R"({"api_key":"gm-test-0123456789"})"};
};

class GeminiRequestGolden : public GeminiGolden {};
class GeminiAnswerGolden : public GeminiGolden {};

TEST_P(GeminiRequestGolden, GoesUpInTheVendorsWords) {
  const std::string folder = gemini_folder("requests", GetParam());
  const GeminiCase given = read_gemini_case(folder);
  const std::string played = play_request(provider_, given, read_file(folder + "/request.json"));
  EXPECT_EQ(played.starts_with("REFUSED bad_request "), GetParam().starts_with("refused_"));
  if (given.mode == PBAY_MODE_CHAT && !played.starts_with("REFUSED")) {
    EXPECT_EQ(broken_vendor_rules(played.substr(played.find('\n') + 1), given.model), "");
  }
  expect_golden(folder + "/upstream.txt", played);
}

TEST_P(GeminiAnswerGolden, ComesOutAsEvents) {
  const std::string folder = gemini_folder("answers", GetParam());
  const GeminiAnswerFixture fixture = read_answer_fixture(folder);
  const std::string together = play_answer(provider_, fixture, true);
  const std::string one_by_one = play_answer(provider_, fixture, false);
  EXPECT_EQ(together, one_by_one) << "how many frames come at once must not matter";
  expect_golden(folder + "/events.txt", together);
}

INSTANTIATE_TEST_SUITE_P(Fixtures,
                         GeminiRequestGolden,
                         ::testing::ValuesIn(gemini_cases("requests")),
                         [](const auto& made) { return made.param; });
INSTANTIATE_TEST_SUITE_P(Fixtures,
                         GeminiAnswerGolden,
                         ::testing::ValuesIn(gemini_cases("answers")),
                         [](const auto& made) { return made.param; });

}  // namespace
}  // namespace patchbay::testing
