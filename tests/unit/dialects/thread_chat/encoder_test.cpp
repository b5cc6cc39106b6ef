#include "core/dialects/thread_chat/encoder.hpp"

#include <gtest/gtest.h>

#include "tests/unit/dialects/answer.hpp"

namespace patchbay::dialects::thread_chat {
namespace {

using test::Lines;
using test::split;
using test::text;
using Answer = test::Answer<Encoder>;

const std::string kHello = "event: delta\ndata: {\"text\":\"Hello\"}";
const std::string kDone = "event: done\ndata: {\"response_id\":\"resp_1\"}";

TEST(ThreadChat, NamesItsEvents) {
  Answer answer(Encoder::Options{.response_id = "1"});
  answer.add(text(PBAY_EV_TEXT, "Hello")).add(text(PBAY_EV_REASONING, "hm"));
  EXPECT_EQ(split(answer.finish(), "\n\n"), (Lines{kHello, kDone}));
  EXPECT_EQ(answer.encoder().content_type(), "text/event-stream");
}

TEST(ThreadChat, KeepsAPrefixThatIsThere) {
  Answer answer(Encoder::Options{.response_id = "resp_1"});
  EXPECT_EQ(split(answer.finish(), "\n\n"), Lines{kDone});
}

TEST(ThreadChat, IsDoneWhenItsUserHadEnough) {
  Answer answer(Encoder::Options{.response_id = "1"});
  answer.add(text(PBAY_EV_TEXT, "Hello"));
  answer.encoder().stopped(answer.out());
  EXPECT_EQ(split(answer.out(), "\n\n"), (Lines{kHello, kDone}));
}

TEST(ThreadChat, EndsAtAnError) {
  Answer answer(Encoder::Options{.response_id = "1"});
  answer.add(text(PBAY_EV_TEXT, "Hello"));
  EXPECT_EQ(split(answer.fail("a\nb"), "\n\n"),
            (Lines{kHello, "event: error\ndata: {\"error\":\"a\\nb\"}"}));
}

}  // namespace
}  // namespace patchbay::dialects::thread_chat
