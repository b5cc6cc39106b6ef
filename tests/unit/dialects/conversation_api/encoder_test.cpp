#include "core/dialects/conversation_api/encoder.hpp"

#include <gtest/gtest.h>

#include "tests/unit/dialects/answer.hpp"

namespace patchbay::dialects::conversation_api {
namespace {

using test::Lines;
using test::split;
using test::text;
using Answer = test::Answer<Encoder>;

const std::string kHello = R"(data: {"content":"Hello"})";
const std::string kDone = R"(data: {"done":true})";

TEST(ConversationApi, TellsTextAndTheEnd) {
  Answer answer(Encoder::Options{});
  answer.add(text(PBAY_EV_TEXT, "Hello")).add(text(PBAY_EV_REASONING, "hm"));
  EXPECT_EQ(split(answer.finish(), "\n\n"), (Lines{kHello, kDone}));
  EXPECT_EQ(answer.encoder().content_type(), "text/event-stream");
}

TEST(ConversationApi, IsDoneWhenItsUserHadEnough) {
  Answer answer(Encoder::Options{});
  answer.add(text(PBAY_EV_TEXT, "Hello"));
  answer.encoder().stopped(answer.out());
  EXPECT_EQ(split(answer.out(), "\n\n"), (Lines{kHello, kDone}));
}

TEST(ConversationApi, EndsAtAnError) {
  Answer answer(Encoder::Options{});
  EXPECT_EQ(answer.fail("it \"broke\""), "data: {\"error\":\"it \\\"broke\\\"\"}\n\n");
}

}  // namespace
}  // namespace patchbay::dialects::conversation_api
