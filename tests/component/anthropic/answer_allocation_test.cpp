// The promise of Answer that a delta costs no allocation.

#include <gtest/gtest.h>

#include "plugins/anthropic/answer.hpp"
#include "tests/support/allocations.hpp"

namespace patchbay::plugins::anthropic {
namespace {

struct Counted {
  std::size_t bytes = 0;
};

pbay_sink counting(Counted& counted) {
  return {sizeof(pbay_sink), 0, &counted, [](pbay_sink* sink, const pbay_event* event) noexcept {
            if (event->type == PBAY_EV_TEXT || event->type == PBAY_EV_REASONING ||
                event->type == PBAY_EV_TOOL_ARGS) {
              static_cast<Counted*>(sink->impl)->bytes +=
                  reinterpret_cast<const pbay_ev_text*>(event)->text.len;
            }
            return pbay_status{PBAY_OK};
          }};
}

// Begins a block of the type, then gives it the delta a thousand times.
void expect_no_allocation(std::string_view block, std::string_view delta, std::size_t bytes_each) {
  Answer answer;
  Counted counted;
  pbay_sink raw = counting(counted);
  sdk::Sink sink(&raw);
  const auto feed = [&](std::string_view event) {
    EXPECT_EQ(answer.event(event, sink), Answer::Outcome::kMore);
  };
  feed(R"({"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":1}}})");
  feed(block);
  feed(delta);  // the first one makes room
  EXPECT_EQ(allocations_in([&] {
              for (int i = 0; i < 1000; ++i) {
                feed(delta);
                feed(R"({"type":"ping"})");
              }
            }),
            0u);
  EXPECT_EQ(counted.bytes, 1001 * bytes_each);
}

TEST(AnthropicAnswerMemory, ATokenOfTextCostsNoAllocation) {
  expect_no_allocation(
      R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" \"a\" \u00e9"}}   )",
      std::string_view(R"( \"a\" \u00e9)").size());
}

TEST(AnthropicAnswerMemory, ATokenOfThinkingCostsNoAllocation) {
  expect_no_allocation(
      R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"so, "}})",
      4);
}

TEST(AnthropicAnswerMemory, APieceOfArgumentsCostsNoAllocation) {
  expect_no_allocation(
      R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a"}})",
      std::string_view(R"({\"a)").size());
}

}  // namespace
}  // namespace patchbay::plugins::anthropic
