// Every recorded chat request of OpenAI's shape translates to one that the vendor's rules accept,
// whichever vendor it was made for; or it is refused with a reason that is listed here.
//
// The recordings are not part of the repository. PATCHBAY_RECORDINGS names their folder; without it
// these tests are left out, and say so.

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "tests/component/gemini/gemini_case.hpp"
#include "tests/component/gemini/recording_lines.hpp"
#include "tests/component/gemini/vendor_rules.hpp"

namespace patchbay::testing {
namespace {

constexpr std::size_t kRequestsLeast = 300;  // so that an empty corpus does not pass

// What a recorded request may be refused for: each asks for what the vendor does not have.
constexpr std::array<std::string_view, 5> kReasons{
    "the file id is another vendor's",
    "this provider has no tool of type openrouter:web_search",
    "this provider does not speak in answers to a chat",
    "this provider has no part of type",
    "a file is a data: URL or an http(s) URL",
};

class RecordedRequests : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    folder_ = recordings_folder();
    if (folder_.empty()) {
      GTEST_SKIP() << "LEFT OUT: set PATCHBAY_RECORDINGS to the folder with the recordings";
    }
  }

  std::string folder_;
  FakeHost host_;
  PluginModule module_{kGeminiPlugin, host_};
  FakeProvider provider_{module_, "{}"};
};

TEST_P(RecordedRequests, ObeyTheVendorsRules) {
  const GeminiCase given{PBAY_MODE_CHAT, "openai.chat/1", GetParam(), false};
  std::size_t requests = 0;
  std::size_t refused = 0;
  for (const char* family : {"openai", "azure", "openrouter", "compatible", "gemini"}) {
    for (const RecordedExchange& recorded : read_recorded(folder_, family)) {
      if (recorded.endpoint != "chat/completions" || !recorded.request.starts_with("{")) continue;
      if (recorded.request.find("\"messages\"") == std::string::npos) continue;  // of a stored one
      ++requests;
      const std::string played = play_request(provider_, given, recorded.request);
      if (played.starts_with("REFUSED")) {
        ++refused;
        const bool listed =
            std::any_of(kReasons.begin(), kReasons.end(), [&](std::string_view reason) {
              return played.find(reason) != played.npos;
            });
        EXPECT_TRUE(listed) << family << " " << recorded.id << ": " << played;
        continue;
      }
      EXPECT_EQ(broken_vendor_rules(played.substr(played.find('\n') + 1), GetParam()), "")
          << family << " " << recorded.id;
    }
  }
  EXPECT_GE(requests, kRequestsLeast);
  EXPECT_LE(refused, 8u);
}

INSTANTIATE_TEST_SUITE_P(Models,
                         RecordedRequests,
                         ::testing::Values("gemini-2.0-flash",
                                           "gemini-2.5-pro",
                                           "gemini-3-pro-preview",
                                           "gemini-3-flash"));

}  // namespace
}  // namespace patchbay::testing
