#include "core/api/conversations/conversation_json.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "core/json/scan.hpp"

namespace patchbay::api {
namespace {

storage::Conversation conversation() {
  return {.id = "c1",
          .owner = "basic:ada",
          .dialect = "conversation",
          .external_key = "",
          .userid = "ada",
          .title = "A \"cat\"",
          .default_model = "m",
          .pinned = true,
          .created_ms = 1'000,
          .updated_ms = 1'700'000'000'042,
          .message_count = 2};
}

TEST(ConversationJson, ShowsOneOfAList) {
  std::string out;
  append_conversation(out, conversation());
  EXPECT_EQ(out,
            R"({"id":"c1","title":"A \"cat\"","userid":"ada","default_model":"m","is_pinned":true,)"
            R"("created_at":"1970-01-01T00:00:01.000Z","updated_at":"2023-11-14T22:13:20.042Z",)"
            R"("message_count":2})");
}

TEST(ConversationJson, ShowsTheWhole) {
  storage::Message question;
  question.id = "q";
  question.version.number = 1;
  question.version.content = "Hi";
  storage::Message answer;
  answer.id = "a";
  answer.role = storage::Role::kAssistant;
  answer.versions = 3;
  answer.version.number = 2;
  answer.version.content = "Hel\nlo";
  answer.version.parts = R"([{"type":"text","text":"Hel\nlo"}])";
  answer.version.model = "m";
  answer.version.status = storage::VersionStatus::kError;
  answer.version.error = "it broke";
  answer.version.created_ms = 5;
  std::string out = "[";
  append_conversation(out, conversation(), std::vector{question, answer});
  EXPECT_TRUE(json::validate(out + ']')) << out;
  const std::string messages = out.substr(out.find("\"messages\""));
  EXPECT_EQ(
      messages,
      R"("messages":[{"id":"q","role":"user","content":"Hi","model":null,"status":"complete",)"
      R"("timestamp":"1970-01-01T00:00:00.000Z","version":1,"versions":1},)"
      R"({"id":"a","role":"assistant","content":"Hel\nlo",)"
      R"("parts":[{"type":"text","text":"Hel\nlo"}],"model":"m","status":"error",)"
      R"("error":"it broke","timestamp":"1970-01-01T00:00:00.005Z","version":2,"versions":3}]})");
}

TEST(ConversationJson, ShowsAConversationWithoutMessages) {
  std::string out;
  append_conversation(out, conversation(), {});
  EXPECT_TRUE(out.ends_with(R"("message_count":2,"messages":[]})")) << out;
}

TEST(ConversationJson, HasAWordForEveryStatusAndRole) {
  using storage::Role;
  using storage::VersionStatus;
  const std::vector<std::pair<VersionStatus, std::string>> statuses{
      {VersionStatus::kStreaming, "streaming"},
      {VersionStatus::kComplete, "complete"},
      {VersionStatus::kStopped, "stopped"},
      {VersionStatus::kInterrupted, "interrupted"},
      {VersionStatus::kError, "error"}};
  for (const auto& [status, word] : statuses) {
    storage::Message message;
    message.version.status = status;
    std::string out;
    append_message(out, message);
    EXPECT_NE(out.find("\"status\":\"" + word + '"'), std::string::npos) << out;
  }
  const std::vector<std::pair<Role, std::string>> roles{{Role::kSystem, "system"},
                                                        {Role::kUser, "user"},
                                                        {Role::kAssistant, "assistant"},
                                                        {Role::kTool, "tool"}};
  for (const auto& [role, word] : roles) {
    storage::Message message;
    message.role = role;
    std::string out;
    append_message(out, message);
    EXPECT_NE(out.find("\"role\":\"" + word + '"'), std::string::npos) << out;
  }
}

}  // namespace
}  // namespace patchbay::api
