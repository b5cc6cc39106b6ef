#include "core/check/event_grammar.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::check {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

pbay_str str(std::string_view text) {
  return {text.data(), text.size()};
}

class Chat : public ::testing::Test {
 protected:
  std::string text(std::uint32_t item, std::string_view said = "x", std::uint32_t flags = 0) {
    const pbay_ev_text event{{sizeof event, PBAY_EV_TEXT, flags, 0, 0, item}, str(said)};
    return grammar_.take(event.h);
  }
  std::string head(std::uint32_t type, std::uint32_t item = 0) {
    const pbay_event event{sizeof event, type, 0, 0, 0, item};
    return grammar_.take(event);
  }
  std::string finish() {
    pbay_ev_finish event{};
    event.h.size = sizeof event;
    event.h.type = PBAY_EV_FINISH;
    event.reason = PBAY_FINISH_STOP;
    return grammar_.take(event.h);
  }
  std::string meta() {
    pbay_ev_meta event{};
    event.h.size = sizeof event;
    event.h.type = PBAY_EV_META;
    return grammar_.take(event.h);
  }
  std::string raw() {
    pbay_ev_raw event{};
    event.h.size = sizeof event;
    event.h.type = PBAY_EV_RAW;
    event.data = {reinterpret_cast<const std::uint8_t*>("{}"), 2};
    return grammar_.take(event.h);
  }

  EventGrammar grammar_{PBAY_MODE_CHAT, false};
};

TEST_F(Chat, TakesAnAnswerInOrder) {
  EXPECT_THAT(meta(), IsEmpty());
  EXPECT_THAT(text(0), IsEmpty());
  EXPECT_THAT(text(0), IsEmpty());
  EXPECT_THAT(head(PBAY_EV_ITEM_END, 0), IsEmpty());
  EXPECT_THAT(text(1), IsEmpty());
  EXPECT_THAT(head(PBAY_EV_ITEM_END, 1), IsEmpty());
  EXPECT_THAT(finish(), IsEmpty());
  EXPECT_THAT(grammar_.end(), IsEmpty());
}

TEST_F(Chat, WantsMetaFirst) {
  text(0);
  EXPECT_THAT(meta(), HasSubstr("it comes first"));
}

TEST_F(Chat, WantsDenseItems) {
  EXPECT_THAT(text(1), HasSubstr("the next new item is 0"));
}

TEST_F(Chat, KnowsAnItemThatHasEnded) {
  text(0);
  head(PBAY_EV_ITEM_END, 0);
  EXPECT_THAT(text(0), HasSubstr("which has ended"));
  EXPECT_THAT(head(PBAY_EV_ITEM_END, 0), HasSubstr("not open"));
}

TEST_F(Chat, WantsItemsClosedBeforeTheFinish) {
  text(0);
  EXPECT_THAT(finish(), HasSubstr("before the ITEM_END of item 0"));
}

TEST_F(Chat, WantsOneFinishAndNothingAfterIt) {
  EXPECT_THAT(finish(), IsEmpty());
  EXPECT_THAT(finish(), HasSubstr("a second FINISH"));
  EXPECT_THAT(text(0), HasSubstr("after its FINISH"));
}

TEST_F(Chat, WantsAFinishAtTheEnd) {
  meta();
  EXPECT_THAT(grammar_.end(), HasSubstr("had no FINISH"));
}

TEST_F(Chat, WantsEscapedTextToBeEscaped) {
  EXPECT_THAT(text(0, "a\\n\\u00e9", PBAY_EVF_ESCAPED), IsEmpty());
  EXPECT_THAT(text(0, "a\"b", PBAY_EVF_ESCAPED), HasSubstr("PBAY_EVF_ESCAPED"));
  EXPECT_THAT(text(0, "a\"b"), IsEmpty());
}

TEST_F(Chat, RefusesRawWhereItIsNotWelcome) {
  EXPECT_THAT(raw(), HasSubstr("RAW without"));
}

TEST_F(Chat, SkipsEventsOfHostsToCome) {
  EXPECT_THAT(head(99), IsEmpty());
}

TEST_F(Chat, SeesAnEventThatIsTooSmall) {
  const pbay_event event{sizeof event, PBAY_EV_TEXT, 0, 0, 0, 0};
  EXPECT_THAT(grammar_.take(event), HasSubstr("size"));
}

TEST_F(Chat, SeesUnnamedFlags) {
  EXPECT_THAT(text(0, "x", 1U << 9), HasSubstr("unnamed flags"));
}

TEST(SameDialect, TakesRawAndAsksForNoFinish) {
  EventGrammar grammar(PBAY_MODE_CHAT, true);
  pbay_ev_raw event{};
  event.h.size = sizeof event;
  event.h.type = PBAY_EV_RAW;
  event.data = {reinterpret_cast<const std::uint8_t*>("{}"), 2};
  EXPECT_THAT(grammar.take(event.h), IsEmpty());
  EXPECT_THAT(grammar.end(), IsEmpty());
}

TEST(Embedding, WantsAsManyBytesAsItSays) {
  EventGrammar grammar(PBAY_MODE_EMBEDDING, false);
  const std::string bytes(12, '\0');
  pbay_ev_embedding event{};
  event.h.size = sizeof event;
  event.h.type = PBAY_EV_EMBEDDING;
  event.kind = PBAY_VEC_F32;
  event.dims = 3;
  event.data = {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  EXPECT_THAT(grammar.take(event.h), IsEmpty());
  event.dims = 4;
  EXPECT_THAT(grammar.take(event.h), HasSubstr("4 floats in 12 bytes"));
  EXPECT_THAT(grammar.end(), IsEmpty());
}

}  // namespace
}  // namespace patchbay::check
