#include "core/conversations/history.hpp"

#include <gtest/gtest.h>

namespace patchbay::conversations {
namespace {

using storage::Message;
using storage::Role;

Message said(Role role, std::string content, std::string parts = {}) {
  Message message;
  message.role = role;
  message.version.content = std::move(content);
  message.version.parts = std::move(parts);
  return message;
}

// "u1 a1 u2 a2 ... uN"
Path talk(int users) {
  Path path;
  for (int i = 1; i <= users; ++i) {
    path.push_back(said(Role::kUser, "u" + std::to_string(i)));
    if (i < users) path.push_back(said(Role::kAssistant, "a" + std::to_string(i)));
  }
  return path;
}

std::string texts(const Path& path) {
  std::string all;
  for (const Message& message : path)
    all += (all.empty() ? "" : " ") + message.version.content;
  return all;
}

TEST(KeepTurns, KeepsTheLastTurnsAndTheMessageItself) {
  Path path = talk(8);
  keep_turns(path, 5);
  EXPECT_EQ(texts(path), "u3 a3 u4 a4 u5 a5 u6 a6 u7 a7 u8");
}

TEST(KeepTurns, KeepsAllWhereThereAreFewer) {
  Path path = talk(3);
  keep_turns(path, 5);
  EXPECT_EQ(texts(path), "u1 a1 u2 a2 u3");
}

TEST(KeepTurns, NoneLeavesTheMessageAlone) {
  Path path = talk(3);
  keep_turns(path, 0);
  EXPECT_EQ(texts(path), "u3");
}

TEST(KeepTokens, TakesTheOldestAwayUntilTheRestFits) {
  // "hello" is one token.
  Path path;
  for (int i = 0; i < 4; ++i) {
    path.push_back(said(Role::kUser, "hello"));
    path.push_back(said(Role::kAssistant, "hello"));
  }
  path.push_back(said(Role::kUser, "hello"));
  Path five = path;
  keep_tokens(five, 5, tokens::Encoding::kO200k);
  EXPECT_EQ(five.size(), 5U);
  // A history of four would begin with a reply.
  Path four = path;
  keep_tokens(four, 4, tokens::Encoding::kO200k);
  EXPECT_EQ(four.size(), 3U);
  keep_tokens(path, 0, tokens::Encoding::kO200k);
  EXPECT_EQ(path.size(), 1U) << "the message itself always stays";
}

TEST(WriteMessages, WritesWhatTheModelIsGiven) {
  EXPECT_EQ(write_messages(talk(2), "Be kind."),
            R"([{"role":"system","content":"Be kind."},{"role":"user","content":"u1"},)"
            R"({"role":"assistant","content":"a1"},{"role":"user","content":"u2"}])");
}

TEST(WriteMessages, LeavesOutAnswersThatNeverSaidAnything) {
  Path path = talk(2);
  path[1].version.content.clear();
  EXPECT_EQ(write_messages(path, ""),
            R"([{"role":"user","content":"u1"},{"role":"user","content":"u2"}])");
}

TEST(WriteMessages, ShowsTheUsersImagesAgain) {
  const Path path{
      said(Role::kUser,
           "what?",
           R"([{"type":"text","text":"what?"},{"type":"image","url":"https://x/y.png"}])")};
  EXPECT_EQ(write_messages(path, ""),
            R"([{"role":"user","content":[{"type":"text","text":"what?"},)"
            R"({"type":"image_url","image_url":{"url":"https://x/y.png"}}]}])");
}

}  // namespace
}  // namespace patchbay::conversations
