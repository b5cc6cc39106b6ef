#include "core/dialects/chat_kind.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/dialects/body.hpp"

namespace patchbay::dialects {
namespace {

constexpr ChatHints kPlain{};
constexpr ChatHints kHeader{.session_header = true};
constexpr ChatHints kSlash{.slash = true};
constexpr ChatHints kBoth{.session_header = true, .slash = true};

std::string kind(const std::string& body, ChatHints hints = kPlain) {
  const auto read = [&](json::Padded padded) { return tell_chat_kind(padded, hints); };
  const auto told = test::read_padded(read, body);
  if (!std::holds_alternative<ChatKind>(told)) return test::refusal_in(told);
  switch (std::get<ChatKind>(told)) {
    case ChatKind::kMessages:
      return "messages";
    case ChatKind::kPrompt:
      return "prompt";
    case ChatKind::kMessage:
      return "message";
  }
  return "?";
}

TEST(ChatKindOfABody, IsItsOwnWord) {
  for (const ChatHints& hints : {kPlain, kHeader, kSlash, kBoth}) {
    EXPECT_EQ(kind(R"({"messages":[],"session_id":"s"})", hints), "messages");
    EXPECT_EQ(kind(R"({"prompt":null})", hints), "prompt");
    EXPECT_EQ(kind(R"({"message":""})", hints), "message");
  }
}

TEST(ChatKindOfABody, IsNotOneOfTwo) {
  const std::string only_one =
      "400 The body must have only one of `messages`, `prompt` and `message`: they belong to "
      "different kinds of chat (messages)";
  EXPECT_EQ(kind(R"({"messages":[],"prompt":"x"})"), only_one);
  EXPECT_EQ(kind(R"({"message":"x","prompt":"x"})", kHeader), only_one);
  EXPECT_EQ(kind(R"({"message":"x","messages":[]})", kSlash), only_one);
}

TEST(ChatKindOfABody, IsAGuessWhereItSaysNothing) {
  EXPECT_EQ(kind("{}"),
            "400 The body must have one of `messages`, `prompt` and `message`: they belong to "
            "different kinds of chat (messages)");
  EXPECT_EQ(kind("{}", kHeader), "prompt");
  EXPECT_EQ(kind("{}", kSlash), "message");
  EXPECT_EQ(kind("{}", kBoth), "prompt");
}

TEST(ChatKindOfABody, IsUnknownWhereItBreaksOff) {
  const std::string why =
      " Invalid JSON at byte 7: Missing a colon after a member name. The text ends here.";
  EXPECT_EQ(kind("{\"mess\""), "400" + why);
  EXPECT_EQ(kind("{\"mess\"", kHeader), "400" + why);
  EXPECT_EQ(kind("{\"mess\"", kBoth), "400" + why);
  EXPECT_EQ(kind("{\"mess\"", kSlash), "422" + why);
}

}  // namespace
}  // namespace patchbay::dialects
