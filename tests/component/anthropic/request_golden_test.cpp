// Every file of tests/fixtures/anthropic/requests is a case: what a client asks for, and what the
// upstream must get for it.
//
//   # claude-sonnet-4-5          the upstream's name of the model; then words like "stream"
//   {...}                        the client's request
//   ---
//   {...}                        the upstream's, or: REFUSED messages[0].content: "..."
//   ---
//   a line for each note
//
// PATCHBAY_UPDATE_GOLDEN=1 writes what comes out now; read the difference before keeping it.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "plugins/anthropic/request.hpp"
#include "tests/component/anthropic/vendor_rules.hpp"
#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

using plugins::anthropic::TranslatedRequest;

const std::string kFolder = PATCHBAY_TEST_FIXTURES "/anthropic/requests/";
constexpr std::string_view kRule = "---\n";

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

struct Case {
  std::string head, model, request, expected;
  bool stream = false;
};

Case read_case(const std::string& path) {
  const std::string text = read_file(path);
  Case made;
  const std::size_t line = text.find('\n') + 1;
  const std::size_t rule = text.find(kRule);
  made.head = text.substr(0, line);
  made.request = text.substr(line, rule - line);
  made.expected = rule == text.npos ? "" : text.substr(rule + kRule.size());
  std::istringstream words(made.head.substr(2));
  words >> made.model;
  std::string word;
  while (words >> word)
    made.stream = made.stream || word == "stream";
  return made;
}

std::string shown(const TranslatedRequest& made) {
  std::string text = made.body;
  if (made.refusal) text = "REFUSED " + made.refusal->param + ": " + made.refusal->message;
  text += "\n" + std::string(kRule);
  if (made.thinking_lost) text += "thinking is lost\n";
  for (const std::string& note : made.notes)
    text += note + "\n";
  return text;
}

class AnthropicRequest : public ::testing::TestWithParam<std::string> {};

TEST_P(AnthropicRequest, IsTranslated) {
  const std::string path = kFolder + GetParam() + ".txt";
  const Case given = read_case(path);
  const TranslatedRequest made =
      plugins::anthropic::translate_request(given.request, given.model, {.stream = given.stream});
  const std::string now = shown(made);
  if (std::getenv("PATCHBAY_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << given.head << given.request << kRule << now;
  }
  EXPECT_EQ(now, read_case(path).expected);
  if (made.refusal) return;
  EXPECT_EQ(broken_rules(made.body), std::vector<std::string>()) << made.body;
}

INSTANTIATE_TEST_SUITE_P(Fixtures,
                         AnthropicRequest,
                         ::testing::ValuesIn(cases()),
                         [](const auto& made) { return made.param; });

}  // namespace
}  // namespace patchbay::testing
