// A token costs no allocation beyond the buffer it is written to.

#include <string>

#include <gtest/gtest.h>

#include "core/dialects/conversation_api/encoder.hpp"
#include "core/dialects/data_stream/encoder.hpp"
#include "core/dialects/json_lines/encoder.hpp"
#include "core/dialects/prompt_chat/encoder.hpp"
#include "core/dialects/thread_chat/encoder.hpp"
#include "core/dialects/ui_message_stream/encoder.hpp"
#include "tests/support/allocations.hpp"
#include "tests/unit/dialects/answer.hpp"

namespace patchbay::dialects {
namespace {

template <typename Encoder>
std::size_t allocations_per_hundred_tokens() {
  Encoder encoder(typename Encoder::Options{});
  std::string out;
  out.reserve(1 << 20);
  const auto begin = test::meta("id", "model", 1);
  const auto plain =
      test::text(PBAY_EV_TEXT, "a token with \"quotes\" and \xC3\xA9, long enough", 0, 1);
  const auto thought =
      test::escaped(PBAY_EV_REASONING, R"(\u00e9 and more than fits in a small string)");
  const auto call = test::tool("call_1", "weather", 2);
  const auto write = [&](const auto& event) {
    EXPECT_EQ(encoder.on_event(reinterpret_cast<const pbay_event&>(event), out), PBAY_OK);
  };
  write(begin);
  write(call);
  write(thought);
  write(plain);  // blocks have begun
  return allocations_in([&] {
    for (int i = 0; i < 100; ++i) {
      write(thought);
      write(plain);
    }
  });
}

TEST(Allocations, ATokenNeedsNone) {
  EXPECT_EQ(allocations_per_hundred_tokens<data_stream::Encoder>(), 0U);
  EXPECT_EQ(allocations_per_hundred_tokens<ui_message_stream::Encoder>(), 0U);
  EXPECT_EQ(allocations_per_hundred_tokens<json_lines::Encoder>(), 0U);
  EXPECT_EQ(allocations_per_hundred_tokens<prompt_chat::Encoder>(), 0U);
  EXPECT_EQ(allocations_per_hundred_tokens<conversation_api::Encoder>(), 0U);
  EXPECT_EQ(allocations_per_hundred_tokens<thread_chat::Encoder>(), 0U);
}

}  // namespace
}  // namespace patchbay::dialects
