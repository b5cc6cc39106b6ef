#include "core/dialects/conversation_api/body.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/dialects/body.hpp"

namespace patchbay::dialects::conversation_api {
namespace {

using test::accepted;
using test::refused;

TEST(ConversationApiBody, BeginsAConversation) {
  EXPECT_EQ(accepted(read_create, R"({"default_model":"a/b","x":1})").default_model, "a/b");
  for (const char* body : {"", "{}", R"({"default_model":null})"})
    EXPECT_EQ(accepted(read_create, body).default_model, std::nullopt) << body;
  EXPECT_EQ(refused(read_create, R"({"default_model":3})"),
            "400 default_model: expected a string, got a number (default_model)");
  EXPECT_EQ(refused(read_create, R"({"default_model":")" + std::string(257, 'm') + "\"}"),
            "400 default_model: is longer than 256 bytes (default_model)");
  EXPECT_TRUE(refused(read_create, "{\"default").starts_with("400 Invalid JSON at byte 9"));
}

TEST(ConversationApiBody, ChangesWhatIsNamed) {
  const ConversationBody change = accepted(read_patch, R"({"title":"T","default_model":""})");
  EXPECT_EQ(change.title, "T");
  EXPECT_EQ(change.default_model, "");
  EXPECT_EQ(change.is_pinned, std::nullopt);
  EXPECT_EQ(accepted(read_patch, R"({"is_pinned":false})").is_pinned, false);
}

TEST(ConversationApiBody, ChangesSomething) {
  for (const char* body : {"{}", R"({"title":null})", R"({"other":1})"})
    EXPECT_EQ(
        refused(read_patch, body),
        "400 The body must have one of `default_model`, `title` and `is_pinned` (default_model)");
}

TEST(ConversationApiBody, PinsAndUnpins) {
  EXPECT_EQ(accepted(read_pin, R"({"is_pinned":true})").is_pinned, true);
  EXPECT_EQ(accepted(read_pin, R"({"is_pinned":false})").is_pinned, false);
  EXPECT_EQ(refused(read_pin, "{}"), "400 is_pinned: is missing (is_pinned)");
  EXPECT_EQ(refused(read_pin, R"({"is_pinned":"true"})"),
            "400 is_pinned: expected a boolean, got a string (is_pinned)");
}

TEST(ConversationApiBody, TakesAMessage) {
  const MessageBody message = accepted(read_message, R"({"content":"H\u00e9","model":"m"})");
  EXPECT_EQ(message.content, "H\xC3\xA9");
  EXPECT_EQ(message.parts, "");
  EXPECT_EQ(message.model, "m");
}

TEST(ConversationApiBody, TakesPartsOfText) {
  const MessageBody message = accepted(
      read_message, R"({"content":[{"type":"text","text":"a"},{"text":"b","type":"text"}]})");
  EXPECT_EQ(message.content, "a\nb");
  EXPECT_EQ(message.parts, "");
}

TEST(ConversationApiBody, TakesOtherPartsAsTheyCome) {
  const std::string parts =
      R"([{"type":"image_url","image_url":{"url":"https://x.example/i.png"}},{"type":"text","text":"What is it?"}])";
  const MessageBody message = accepted(read_message, R"({"content":)" + parts + '}');
  EXPECT_EQ(message.content, "What is it?");
  EXPECT_EQ(message.parts, parts);
}

TEST(ConversationApiBody, AsksForContent) {
  EXPECT_EQ(refused(read_message, "{}"), "400 content: is missing (content)");
  EXPECT_EQ(refused(read_message, R"({"content":null})"), "400 content: is missing (content)");
  for (const char* body :
       {R"({"content":""})", R"({"content":[]})", R"({"content":[{"type":"text","text":""}]})"})
    EXPECT_EQ(refused(read_message, body), "400 content: must not be empty (content)") << body;
}

TEST(ConversationApiBody, NamesWhatIsWrongInAMessage) {
  const auto part = [](const std::string& json) { return R"({"content":[)" + json + "]}"; };
  EXPECT_EQ(refused(read_message, R"({"content":5})"),
            "400 content: expected a string or an array of parts, got a number (content)");
  EXPECT_EQ(refused(read_message, part("1")),
            "400 content[0]: expected an object, got a number (content[0])");
  EXPECT_EQ(refused(read_message, part(R"({"text":"x"})")),
            "400 content[0].type: is missing (content[0].type)");
  EXPECT_EQ(refused(read_message, part(R"({"type":"text","text":"x"},{"type":"text"})")),
            "400 content[1].text: is missing (content[1].text)");
  EXPECT_EQ(refused(read_message, R"({"content":"x","model":[]})"),
            "400 model: expected a string, got an array (model)");
}

}  // namespace
}  // namespace patchbay::dialects::conversation_api
