// What real clients send to OpenAI-shaped services: each request becomes one that the vendor's
// rules accept, or is refused for a reason that is listed here.
//
// The recordings are not part of the repository. PATCHBAY_RECORDINGS names their folder; without it
// these tests are skipped, and say so.

#include <array>
#include <cstdlib>
#include <map>

#include <gtest/gtest.h>

#include "plugins/anthropic/request.hpp"
#include "tests/component/anthropic/anthropic_recordings.hpp"
#include "tests/component/anthropic/vendor_rules.hpp"

namespace patchbay::testing {
namespace {

constexpr const char* kSkipped =
    "LEFT OUT: set PATCHBAY_RECORDINGS to the folder with openai.jsonl.gz and its like";
constexpr std::size_t kRequestsLeast = 250;  // so that an empty corpus does not pass

constexpr std::array<std::string_view, 6> kModels{"claude-3-haiku-20240307",
                                                  "claude-sonnet-4-20250514",
                                                  "claude-sonnet-4-5",
                                                  "claude-opus-4-6",
                                                  "claude-sonnet-5",
                                                  "claude-sonnet-5-5"};

// The fields that this vendor has nothing for. An index stands for any.
const std::map<std::string, std::string> kReasons{
    {"n", "there is one answer to a request"},
    {"modalities", "there is no sound in answers"},
    {"messages[].content[].input_audio", "there is no sound in requests"},
    {"messages[].content[].type", "documents and videos of other vendors' kinds of parts"},
    {"messages[].content[].file.file_data", "a file that lies at another vendor"},
    {"tools[].type", "tools that another vendor runs"},
};

std::string without_indexes(const std::string& param) {
  std::string out;
  bool inside = false;
  for (const char c : param) {
    if (c == ']') inside = false;
    if (!inside) out.push_back(c);
    if (c == '[') inside = true;
  }
  return out;
}

TEST(AnthropicCorpus, EveryRequestIsTranslatedOrRefusedForAListedReason) {
  const char* folder = std::getenv("PATCHBAY_RECORDINGS");
  if (folder == nullptr || *folder == '\0') GTEST_SKIP() << kSkipped;
  std::size_t requests = 0;
  std::size_t refused = 0;
  for (const char* family : {"openai", "compatible", "openrouter", "azure"}) {
    for (const RecordedRequest& request : read_chat_requests(folder, family)) {
      ++requests;
      for (const std::string_view model : kModels) {
        const auto made =
            plugins::anthropic::translate_request(request.body, model, {.stream = true});
        if (made.refusal) {
          ++refused;
          EXPECT_TRUE(kReasons.contains(without_indexes(made.refusal->param)))
              << family << " " << request.id << ": " << made.refusal->param << ": "
              << made.refusal->message;
          continue;
        }
        EXPECT_EQ(broken_rules(made.body), std::vector<std::string>())
            << family << " " << request.id << " for " << model << "\n"
            << made.body.substr(0, 3000);
      }
    }
  }
  EXPECT_GE(requests, kRequestsLeast);
  EXPECT_LT(refused, requests * kModels.size() / 10) << "too many were refused";
}

}  // namespace
}  // namespace patchbay::testing
