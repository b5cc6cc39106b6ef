// The promise of OpenAiAnswer that a chunk of text costs no allocation.

#include <gtest/gtest.h>

#include "plugins/shared/openai_answer.hpp"
#include "tests/support/allocations.hpp"

namespace patchbay::plugins {
namespace {

TEST(OpenAiAnswerMemory, ATokenCostsNoAllocation) {
  const pbay_host table{};  // not asked: no tool call lacks an id
  const sdk::Host host(&table);
  OpenAiAnswer answer(host);
  std::size_t bytes = 0;
  pbay_sink raw{sizeof raw, 0, &bytes, [](pbay_sink* sink, const pbay_event* event) noexcept {
                  if (event->type == PBAY_EV_TEXT) {
                    *static_cast<std::size_t*>(sink->impl) +=
                        reinterpret_cast<const pbay_ev_text*>(event)->text.len;
                  }
                  return pbay_status{PBAY_OK};
                }};
  sdk::Sink sink(&raw);
  constexpr std::string_view kChunk =
      R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m-2024",)"
      R"("service_tier":"default","system_fingerprint":"fp_1","choices":[{"index":0,"delta":)"
      R"({"content":" \"token\" \u00e9"},"logprobs":null,"finish_reason":null}],"usage":null,)"
      R"("obfuscation":"abcdefgh"})";
  const auto feed = [&] {
    EXPECT_EQ(answer.chunk(kChunk, "", sink), OpenAiAnswer::Outcome::kMore);
  };
  feed();  // the first one makes room
  EXPECT_EQ(allocations_in([&] {
              for (int i = 0; i < 1000; ++i)
                feed();
            }),
            0u);
  EXPECT_EQ(bytes, 1001 * std::string_view(R"( \"token\" \u00e9)").size());
}

}  // namespace
}  // namespace patchbay::plugins
