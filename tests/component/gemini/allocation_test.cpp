// The promise of GeminiAnswer that a piece of text costs no allocation.

#include <gtest/gtest.h>

#include "plugins/gemini/answer.hpp"
#include "tests/support/allocations.hpp"

namespace patchbay::plugins::gemini {
namespace {

TEST(GeminiAnswerMemory, ATokenCostsNoAllocation) {
  const pbay_host table{};  // not asked: no call lacks an id
  const sdk::Host host(&table);
  GeminiAnswer answer(host);
  std::size_t bytes = 0;
  pbay_sink raw{sizeof raw, 0, &bytes, [](pbay_sink* sink, const pbay_event* event) noexcept {
                  if (event->type == PBAY_EV_TEXT || event->type == PBAY_EV_REASONING) {
                    *static_cast<std::size_t*>(sink->impl) +=
                        reinterpret_cast<const pbay_ev_text*>(event)->text.len;
                  }
                  return pbay_status{PBAY_OK};
                }};
  sdk::Sink sink(&raw);
  constexpr std::string_view kPiece =
      R"({"candidates": [{"content": {"parts": [{"text": " \"token\" \u00e9"}],"role": "model"},)"
      R"("index": 0,"safetyRatings": [{"category": "HARM_CATEGORY_HATE_SPEECH","probability": )"
      R"("NEGLIGIBLE"}]}],"usageMetadata": {"promptTokenCount": 5,"candidatesTokenCount": 7,)"
      R"("totalTokenCount": 12,"promptTokensDetails": [{"modality": "TEXT","tokenCount": 5}]},)"
      R"("modelVersion": "gemini-3-flash","responseId": "OmuSacRr65GOsQ"})";
  const auto feed = [&] { EXPECT_EQ(answer.piece(kPiece, sink), Outcome::kMore); };
  feed();  // the first one makes room
  EXPECT_EQ(allocations_in([&] {
              for (int i = 0; i < 1000; ++i)
                feed();
            }),
            0u);
  EXPECT_EQ(bytes, 1001 * std::string_view(R"( \"token\" \u00e9)").size());
}

}  // namespace
}  // namespace patchbay::plugins::gemini
