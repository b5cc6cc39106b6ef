// What a client brings with its first request, as it is going to be stored.

#include "core/conversations/earlier.hpp"

#include <gtest/gtest.h>

#include "core/base/uuid.hpp"
#include "core/conversations/pictures.hpp"
#include "core/json/write.hpp"

namespace patchbay::conversations {
namespace {

using storage::Role;

Earlier read(std::string_view messages, bool whole = false) {
  return read_earlier(json::View(messages), whole);
}

TEST(Earlier, IsEveryTurnBeforeTheNewMessage) {
  const Earlier earlier = read(R"([{"role":"user","content":"u1"},
      {"role":"assistant","content":"a1"},{"role":"user","content":[{"type":"text","text":"u2"}]},
      {"role":"assistant","content":[{"type":"text","text":"a2"}]},
      {"role":"user","content":"new"}])");
  ASSERT_EQ(earlier.size(), 4U);
  const char* const texts[] = {"u1", "a1", "u2", "a2"};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(earlier[i].role, i % 2 == 0 ? Role::kUser : Role::kAssistant);
    EXPECT_EQ(earlier[i].said.content, texts[i]);
    EXPECT_EQ(earlier[i].said.parts, "");
    EXPECT_TRUE(is_uuid(earlier[i].id) && is_uuid(earlier[i].version));
  }
}

TEST(Earlier, InstructionsAreNoMessages) {
  EXPECT_TRUE(read(R"([{"role":"system","content":"s"},{"role":"developer","content":"d"},
      {"role":"user","content":"new"}])")
                  .empty());
}

TEST(Earlier, WhatAnAssistantSaidAndDidBetweenTwoMessagesIsOne) {
  const Earlier earlier = read(R"([{"role":"user","content":"u1"},
      {"role":"assistant","content":"Wait.","tool_calls":[{"id":"c1","type":"function",
        "function":{"name":"clock","arguments":"{\"a\":1}"}}]},
      {"role":"tool","tool_call_id":"c1","content":"{\"time\":5}"},
      {"role":"assistant","content":"Five."},{"role":"user","content":"new"}])");
  ASSERT_EQ(earlier.size(), 2U);
  EXPECT_EQ(earlier[1].said.content, "Wait.\nFive.");
  EXPECT_EQ(earlier[1].said.parts,
            R"([{"type":"text","text":"Wait."},)"
            R"({"type":"tool_call","id":"c1","name":"clock","arguments":"{\"a\":1}"},)"
            R"({"type":"tool_result","id":"c1","result":{"time":5}},)"
            R"({"type":"text","text":"Five."}])");
}

TEST(Earlier, AResultInPlainWordsIsAStringOfJson) {
  const Earlier earlier = read(R"([{"role":"user","content":"u1"},
      {"role":"assistant","content":null,"tool_calls":[{"id":"c1","function":{"name":"f"}}]},
      {"role":"tool","tool_call_id":"c1","content":"it is \"late\""}])",
                               true);
  ASSERT_EQ(earlier.size(), 2U);
  EXPECT_EQ(earlier[1].said.content, "");
  EXPECT_EQ(earlier[1].said.parts,
            R"([{"type":"tool_call","id":"c1","name":"f","arguments":""},)"
            R"({"type":"tool_result","id":"c1","result":"it is \"late\""}])");
}

TEST(Earlier, WhatFollowsTheNewMessageIsNotBeforeIt) {
  const std::string_view said = R"([{"role":"user","content":"u1"},
      {"role":"assistant","content":"a1"},{"role":"user","content":"u2"},
      {"role":"assistant","content":"so"}])";
  EXPECT_EQ(read(said).size(), 2U);
  EXPECT_EQ(read(said, true).size(), 4U);
}

TEST(Earlier, AnAnswerThatSaidNothingIsLeftOutAndAMessageOfTheUserNever) {
  const Earlier earlier = read(R"([{"role":"user","content":""},{"role":"assistant","content":""},
      {"role":"user","content":"new"}])");
  ASSERT_EQ(earlier.size(), 1U);
  EXPECT_EQ(earlier[0].role, Role::kUser);
}

TEST(Earlier, PicturesArePartsOfTheirMessage) {
  const Earlier earlier = read(R"([{"role":"user","content":[{"type":"text","text":"what?"},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]},
      {"role":"user","content":"new"}])");
  ASSERT_EQ(earlier.size(), 1U);
  EXPECT_EQ(earlier[0].said.parts,
            R"([{"type":"text","text":"what?"},{"type":"image","file":"#0"}])");
  ASSERT_NE(earlier[0].said.pictures, nullptr);
  EXPECT_EQ(earlier[0].said.pictures->size(), 1U);
}

TEST(Earlier, TextThatNoDatabaseTakesIsMended) {
  const Earlier earlier = read(R"([{"role":"user","content":"u"},
      {"role":"assistant","content":"a\u0000b","reasoning_content":"r\u0000"},
      {"role":"tool","tool_call_id":"c\u0000","content":"x\u0000"}])",
                               true);
  ASSERT_EQ(earlier.size(), 2U);
  EXPECT_EQ(earlier[1].said.content, "a\uFFFDb");
  EXPECT_EQ(earlier[1].said.parts.find('\0'), std::string::npos);
  EXPECT_NE(earlier[1].said.parts.find("{\"type\":\"reasoning\",\"text\":\"r\uFFFD\"}"),
            std::string::npos);
}

TEST(Earlier, OfALongHistoryTheLastMessagesAreKeptFromAUsersOn) {
  std::string messages;
  json::Writer writer(messages);
  writer.begin_array();
  const std::size_t turns = kEarlierMax / 2 + 3;
  for (std::size_t turn = 0; turn < turns; ++turn) {
    writer.begin_object().member("role", "user").member("content", "u" + std::to_string(turn));
    writer.end_object().begin_object().member("role", "assistant").member("content", "a");
    writer.end_object();
  }
  writer.begin_object().member("role", "assistant").member("content", "again").end_object();
  writer.begin_object().member("role", "user").member("content", "u").end_object();
  writer.begin_object().member("role", "user").member("content", "new").end_object();
  writer.end_array();
  const Earlier earlier = read(messages);
  // One message more than pairs: what would be first is an answer, and goes as well.
  ASSERT_EQ(earlier.size(), kEarlierMax - 1);
  EXPECT_EQ(earlier.front().role, Role::kUser);
  EXPECT_EQ(earlier.front().said.content, "u4");
  EXPECT_EQ(earlier.back().said.content, "u");
}

TEST(Earlier, TheFirstTextIsTheFirstUsers) {
  EXPECT_EQ(first_text(read(R"([{"role":"assistant","content":"Hello"},
      {"role":"user","content":"u1"},{"role":"user","content":"new"}])")),
            "u1");
  EXPECT_EQ(first_text({}), "");
}

}  // namespace
}  // namespace patchbay::conversations
