#include "core/dialects/prompt_chat/encoder.hpp"

#include <gtest/gtest.h>

#include "core/dialects/prompt_chat/friendly_error.hpp"
#include "tests/unit/dialects/answer.hpp"

namespace patchbay::dialects::prompt_chat {
namespace {

using test::image;
using test::Lines;
using test::split;
using test::text;
using Answer = test::Answer<Encoder>;

chat::Failure failure(std::int32_t category, std::string message = "why") {
  chat::Failure made;
  made.category = category;
  made.message = std::move(message);
  return made;
}

TEST(PromptChat, TellsTextAndTheEnd) {
  Answer answer(Encoder::Options{});
  answer.add(text(PBAY_EV_REASONING, "hm"))
      .add(text(PBAY_EV_TEXT, "Hel\n"))
      .add(text(PBAY_EV_TEXT, "lo"))
      .add(text(PBAY_EV_TEXT, "second", 1))
      .add(image(PBAY_DATA_URL, "https://x.example/i.png"));
  EXPECT_EQ(split(answer.finish(), "\n\n"),
            (Lines{R"(data: {"content":"Hel\n"})",
                   R"(data: {"content":"lo"})",
                   R"j(data: {"content":"\n\n![Generated Image](https://x.example/i.png)"})j",
                   "data: [DONE]"}));
  EXPECT_EQ(answer.encoder().content_type(), "text/event-stream");
  EXPECT_EQ(answer.encoder().keep_alive(), ": keep-alive\n\n");
}

TEST(PromptChat, EndsAfterAnErrorToo) {
  Answer answer(Encoder::Options{.provider = "OpenAI"});
  answer.add(text(PBAY_EV_TEXT, "Hel"));
  EXPECT_EQ(split(answer.fail("it \"broke\""), "\n\n"),
            (Lines{R"(data: {"content":"Hel"})",
                   R"(data: {"error":"OpenAI API Error: it \"broke\""})",
                   "data: [DONE]"}));
}

TEST(PromptChat, EndsAsUsualWhenItsUserHadEnough) {
  Answer answer(Encoder::Options{});
  answer.add(text(PBAY_EV_TEXT, "Hel"));
  answer.encoder().stopped(answer.out());
  EXPECT_EQ(split(answer.out(), "\n\n"), (Lines{R"(data: {"content":"Hel"})", "data: [DONE]"}));
}

TEST(PromptChat, SaysWhatWentWrongInFiveWays) {
  const auto words = [](const chat::Failure& what) { return friendly_error("OpenAI", what); };
  EXPECT_EQ(words(failure(PBAY_ERR_RATE_LIMIT)), "Rate limit exceeded. Please try again later.");
  EXPECT_EQ(words(failure(PBAY_ERR_QUOTA)), "Rate limit exceeded. Please try again later.");
  EXPECT_EQ(words(failure(PBAY_ERR_AUTH, "sk-secret")), "Invalid OpenAI API key.");
  chat::Failure unreachable = failure(PBAY_ERR_UPSTREAM);
  unreachable.unreachable = true;
  EXPECT_EQ(words(unreachable), "Failed to connect to OpenAI API.");
  unreachable.category = PBAY_ERR_TIMEOUT;
  EXPECT_EQ(words(unreachable), "Failed to connect to OpenAI API.");
  for (const auto refused : {PBAY_ERR_BAD_REQUEST,
                             PBAY_ERR_CONTENT,
                             PBAY_ERR_CONTEXT_LEN,
                             PBAY_ERR_MODEL_NOT_FOUND,
                             PBAY_ERR_TOO_LARGE}) {
    EXPECT_EQ(words(failure(refused)), "Invalid request to OpenAI API: why") << refused;
  }
  for (const auto other : {PBAY_ERR_UPSTREAM,
                           PBAY_ERR_TIMEOUT,
                           PBAY_ERR_OVERLOADED,
                           PBAY_ERR_FORBIDDEN,
                           PBAY_ERR_NOT_FOUND,
                           PBAY_ERR_INTERNAL}) {
    EXPECT_EQ(words(failure(other)), "OpenAI API Error: why") << other;
  }
}

}  // namespace
}  // namespace patchbay::dialects::prompt_chat
