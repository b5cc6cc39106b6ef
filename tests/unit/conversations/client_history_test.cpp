#include "core/conversations/client_history.hpp"

#include <gtest/gtest.h>

namespace patchbay::conversations {
namespace {

ClientHistory read(std::string_view messages) {
  return read_client_history(json::View(messages));
}

TEST(ClientHistory, FindsTheLastMessageOfTheUser) {
  const auto history = read(R"([{"role":"user","content":"one"},
      {"role":"assistant","content":"1"},{"role":"user","content":"two"}])");
  EXPECT_EQ(history.last.content, "two");
  EXPECT_EQ(history.user_texts, (std::vector<std::size_t>{hash_of("one"), hash_of("two")}));
  EXPECT_TRUE(history.ends_with_user);
  EXPECT_FALSE(history.lone);
}

TEST(ClientHistory, AMessageWithInstructionsAloneIsLone) {
  const auto history = read(R"([{"role":"system","content":"Be brief."},
      {"role":"user","content":"one"}])");
  EXPECT_TRUE(history.lone);
  EXPECT_EQ(
      with_stored(R"([{"role":"system","content":"Be brief."},{"role":"user","content":"one"}])",
                  R"([{"role":"user","content":"u"},{"role":"assistant","content":"a"}])"),
      R"([{"role":"system","content":"Be brief."},{"role":"user","content":"u"},)"
      R"({"role":"assistant","content":"a"},{"role":"user","content":"one"}])");
}

TEST(ClientHistory, AToolsResultAtTheEndIsNoNewMessage) {
  const auto history = read(R"([{"role":"user","content":"one"},
      {"role":"assistant","tool_calls":[]},{"role":"tool","tool_call_id":"c","content":"2"}])");
  EXPECT_FALSE(history.ends_with_user);
  EXPECT_EQ(history.last.content, "one");
}

TEST(ClientHistory, PartsOfTextAloneAreText) {
  const auto history = read(R"([{"role":"user","content":[{"type":"text","text":"a"},
      {"type":"text","text":"b"}]}])");
  EXPECT_EQ(history.last.content, "a\nb");
  EXPECT_EQ(history.last.parts, "");
}

TEST(ClientHistory, ImagesAndFilesArePartsOfTheMessage) {
  const auto history = read(R"([{"role":"user","content":[{"type":"text","text":"what?"},
      {"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},
      {"type":"file","file":{"filename":"a.pdf","file_data":"data:..."}}]}])");
  EXPECT_EQ(history.last.content, "what?");
  EXPECT_EQ(history.last.parts,
            R"([{"type":"text","text":"what?"},{"type":"image","file":"#0"},)"
            R"({"type":"file","name":"a.pdf"}])");
  ASSERT_NE(history.last.pictures, nullptr);
  ASSERT_EQ(history.last.pictures->size(), 1u);
  EXPECT_EQ(history.last.pictures->front().media_type, "image/png");
  EXPECT_EQ(history.last.pictures->front().base64, "AA==");
}

TEST(ClientHistory, AnImageThatIsElsewhereIsItsUrl) {
  const auto history = read(R"([{"role":"user","content":[
      {"type":"image_url","image_url":"https://x.example/a.png"}]}])");
  EXPECT_EQ(history.last.parts, R"([{"type":"image","url":"https://x.example/a.png"}])");
  EXPECT_EQ(history.last.pictures, nullptr);
}

}  // namespace
}  // namespace patchbay::conversations
