#include "core/dialects/prompt_chat/body.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/dialects/body.hpp"

namespace patchbay::dialects::prompt_chat {
namespace {

using test::accepted;
using test::refused;

const std::string kRequired = "400 Prompt is required (prompt)";

TEST(PromptChatBody, TellsWhatIsAskedAndOfWhom) {
  const PromptBody body =
      accepted(read_body, R"({"prompt":"Hi \"there\"","llm":"openAI","temperature":0.25,"x":[]})");
  EXPECT_EQ(body.prompt, "Hi \"there\"");
  EXPECT_EQ(body.llm, "openAI");
  EXPECT_EQ(body.temperature, 0.25);
}

TEST(PromptChatBody, LeavesOpenWhatIsNotSaid) {
  for (const char* body :
       {R"({"prompt":"Hi"})", R"({"prompt":"Hi","llm":null,"temperature":null})"}) {
    EXPECT_EQ(accepted(read_body, body).llm, std::nullopt);
    EXPECT_EQ(accepted(read_body, body).temperature, std::nullopt);
  }
  EXPECT_EQ(accepted(read_body, R"({"prompt":"Hi","llm":""})").llm, "");
}

TEST(PromptChatBody, AsksForItsPrompt) {
  EXPECT_EQ(refused(read_body, "{}"), kRequired);
  EXPECT_EQ(refused(read_body, R"({"prompt":""})"), kRequired);
  EXPECT_EQ(refused(read_body, R"({"prompt":null,"llm":3})"), kRequired);
}

TEST(PromptChatBody, NamesWhatIsWrong) {
  EXPECT_EQ(refused(read_body, R"({"prompt":["Hi"]})"),
            "400 prompt: expected a string, got an array (prompt)");
  EXPECT_EQ(refused(read_body, R"({"prompt":"a\u0000b"})"),
            "400 prompt: must not hold the character U+0000, which cannot be stored (prompt)");
  EXPECT_EQ(refused(read_body, R"({"prompt":"Hi","llm":7})"),
            "400 llm: expected a string, got a number (llm)");
  EXPECT_EQ(refused(read_body, R"({"prompt":"Hi","temperature":"0.7"})"),
            "400 temperature: expected a number, got a string (temperature)");
  EXPECT_EQ(refused(read_body, R"({"prompt":"Hi")"),
            "400 Invalid JSON at byte 14: Missing a comma or } after an object member. "
            "The text ends here.");
}

TEST(PromptChatBody, HoldsTheTemperatureToItsRange) {
  const auto with = [](const std::string& temperature) {
    return R"({"prompt":"Hi","temperature":)" + temperature + '}';
  };
  for (const char* good : {"0", "2", "2.0", "1e-400", "-0"})
    EXPECT_EQ(refused(read_body, with(good)), "accepted") << good;
  EXPECT_EQ(accepted(read_body, with("1e0")).temperature, 1.0);
  for (const char* bad : {"-0.1", "2.01", "1e9"})
    EXPECT_EQ(refused(read_body, with(bad)),
              "400 temperature: expected a number from 0 to 2 (temperature)");
}

TEST(PromptChatBody, AsksForASession) {
  EXPECT_EQ(std::get<std::string>(read_session("s 1/\xC3\xA9")), "s 1/\xC3\xA9");
  EXPECT_EQ(test::refusal_in(read_session(std::nullopt)),
            "400 Session ID is required (Session-Id)");
  EXPECT_EQ(test::refusal_in(read_session("")), "400 Session ID is required (Session-Id)");
  EXPECT_EQ(test::refusal_in(read_session(std::string(256, 'a'))), "accepted");
  EXPECT_EQ(test::refusal_in(read_session(std::string(257, 'a'))),
            "400 Session-Id: expected at most 256 bytes of UTF-8 without control characters "
            "(Session-Id)");
  EXPECT_EQ(test::refusal_in(read_session("\xFF")),
            "400 Session-Id: expected at most 256 bytes of UTF-8 without control characters "
            "(Session-Id)");
  EXPECT_EQ(invalid_provider().message, "Invalid LLM provider");
}

}  // namespace
}  // namespace patchbay::dialects::prompt_chat
