#include "core/dialects/chat_route/history.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/json/scan.hpp"

namespace patchbay::dialects::chat_route {
namespace {

// The messages for the provider, or what is wrong.
std::string read(const std::string& messages) {
  EXPECT_TRUE(json::validate(messages)) << messages;
  History history;
  const auto failure = history.read(json::View(messages));
  if (failure) return failure->message;
  EXPECT_TRUE(json::validate(history.messages)) << history.messages;
  return history.messages;
}

std::string last_user_text(const std::string& messages) {
  History history;
  EXPECT_FALSE(history.read(json::View(messages)));
  return history.last_user_text;
}

TEST(History, LeavesOpenAiMessagesAsTheyAre) {
  const std::string messages =
      R"([{"role":"system","content":"Be kind."},)"
      R"({"role":"user","content":[{"type":"text","text":"Hi"},{"type":"image_url","image_url":{"url":"https://x.example/i.png"}}],"name":"ann"},)"
      R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
      R"({"role":"tool","content":"7","tool_call_id":"c1"},)"
      R"({"role":"assistant","content":"Seven.","reasoning_details":[{"type":"reasoning.text","signature":"s"}]}])";
  EXPECT_EQ(read(messages), messages);
}

TEST(History, DropsWhatAFrontEndWroteForItself) {
  EXPECT_EQ(
      read(
          R"([{"id":"1","createdAt":"2025-01-01","role":"user","content":"Hi","parts":[],"metadata":{"x":1},"status":"done"}])"),
      R"([{"role":"user","content":"Hi"}])");
}

TEST(History, TakesTheFourthGenerationOfUseChat) {
  EXPECT_EQ(
      read(
          R"([{"role":"user","content":"Look","parts":[{"type":"text","text":"Look"}],)"
          R"("experimental_attachments":[{"name":"i.png","contentType":"image/png","url":"data:image/png;base64,QUJD"}]},)"
          R"({"role":"assistant","content":"Sunny.","parts":[{"type":"step-start"},)"
          R"({"type":"tool-invocation","toolInvocation":{"state":"result","step":0,"toolCallId":"c1","toolName":"weather","args":{"city":"Oslo"},"result":{"degrees":7}}},)"
          R"({"type":"step-start"},{"type":"text","text":"Sunny."},{"type":"source","source":{"url":"u"}}]},)"
          R"({"role":"data","content":"x"},{"role":"user","content":"Thanks"}])"),
      R"([{"role":"user","content":[{"type":"text","text":"Look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}}]},)"
      R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}}]},)"
      R"({"role":"tool","tool_call_id":"c1","content":"{\"degrees\":7}"},)"
      R"({"role":"assistant","content":"Sunny."},)"
      R"({"role":"user","content":"Thanks"}])");
}

TEST(History, TakesToolInvocationsWithoutParts) {
  EXPECT_EQ(
      read(
          R"([{"role":"user","content":"Weather?"},{"role":"assistant","content":"Sunny.","toolInvocations":[)"
          R"({"state":"result","toolCallId":"c1","toolName":"weather","args":{},"result":"sun"}]},{"role":"user","content":"Thanks"}])"),
      R"([{"role":"user","content":"Weather?"},)"
      R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{}"}}]},)"
      R"({"role":"tool","tool_call_id":"c1","content":"sun"},)"
      R"({"role":"assistant","content":"Sunny."},)"
      R"({"role":"user","content":"Thanks"}])");
}

TEST(History, TakesTheFifthGenerationOfUseChat) {
  EXPECT_EQ(
      read(
          R"([{"id":"1","role":"system","parts":[{"type":"text","text":"Be kind."}]},)"
          R"({"id":"2","role":"user","parts":[{"type":"text","text":"Look"},{"type":"file","mediaType":"application/pdf","filename":"a.pdf","url":"data:application/pdf;base64,JVBE"},{"type":"data-note","data":{"x":1}}]},)"
          R"({"id":"3","role":"assistant","metadata":{"finishReason":"stop"},"parts":[{"type":"step-start"},)"
          R"({"type":"reasoning","text":"hm","state":"done","providerMetadata":{"vendor":{"signature":"c2ln"}}},)"
          R"({"type":"text","text":"Let me look.","state":"done"},)"
          R"({"type":"tool-weather","toolCallId":"c1","state":"output-available","input":{"city":"Oslo"},"output":"sun"},)"
          R"({"type":"dynamic-tool","toolName":"now","toolCallId":"c2","state":"output-error","input":{},"errorText":"no clock"},)"
          R"({"type":"step-start"},{"type":"text","text":"Sunny."},{"type":"file","mediaType":"image/png","url":"data:image/png;base64,QUJD"}]}])"),
      R"([{"role":"system","content":"Be kind."},)"
      R"({"role":"user","content":[{"type":"text","text":"Look"},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}}]},)"
      R"({"role":"assistant","content":"Let me look.","tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}},)"
      R"({"id":"c2","type":"function","function":{"name":"now","arguments":"{}"}}],)"
      R"("reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"c2ln","format":"vendor.signature"}]},)"
      R"({"role":"tool","tool_call_id":"c1","content":"sun"},{"role":"tool","tool_call_id":"c2","content":"no clock"},)"
      R"({"role":"assistant","content":"Sunny."}])");
}

TEST(History, BeginsAStepWhereTextFollowsACall) {
  EXPECT_EQ(
      read(
          R"([{"role":"assistant","parts":[{"type":"tool-f","toolCallId":"c1","state":"output-available","input":{},"output":null},{"type":"text","text":"Done."}]}])"),
      R"([{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
      R"({"role":"tool","tool_call_id":"c1","content":""},{"role":"assistant","content":"Done."}])");
}

TEST(History, LeavesOutCallsThatHaveNoResult) {
  for (const char* state : {"input-streaming", "input-available", "approval-requested", "call"}) {
    EXPECT_EQ(
        read(
            R"([{"role":"assistant","parts":[{"type":"text","text":"Let me see."},{"type":"tool-f","toolCallId":"c1","input":{},"state":")" +
            std::string(state) + R"("}]},{"role":"user","content":"Never mind"}])"),
        R"([{"role":"assistant","content":"Let me see."},{"role":"user","content":"Never mind"}])");
  }
}

TEST(History, TellsTheModelOfACallThatWasDenied) {
  EXPECT_NE(
      read(
          R"([{"role":"assistant","parts":[{"type":"tool-f","toolCallId":"c1","input":{},"state":"output-denied"}]}])")
          .find("The user denied this tool call."),
      std::string::npos);
}

TEST(History, LeavesOutAnswersThatHoldNothing) {
  EXPECT_EQ(
      read(
          R"([{"role":"user","content":"Hi"},{"role":"assistant","parts":[{"type":"step-start"},{"type":"reasoning","text":"hm"}]}])"),
      R"([{"role":"user","content":"Hi"}])");
}

TEST(History, BringsSignaturesOfTheFourthGenerationBack) {
  EXPECT_EQ(
      read(
          R"([{"role":"assistant","content":"Hi","parts":[{"type":"reasoning","reasoning":"hm","details":[{"type":"text","text":"hm","signature":"c2ln"},{"type":"redacted","data":"cmVk"},{"type":"text","text":"no proof"}]},{"type":"text","text":"Hi"}]}])"),
      R"([{"role":"assistant","content":"Hi","reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"c2ln"},{"type":"reasoning.encrypted","data":"cmVk"}]}])");
}

TEST(History, SendsNoImageBytesAsWords) {
  EXPECT_EQ(
      read(
          R"j([{"role":"assistant","content":"![Generated Image](data:image/png;base64,QUJD)"},{"role":"user","content":"![x](data:image/png;base64,QUJD)"}])j"),
      R"j([{"role":"assistant","content":"![Generated Image]()"},{"role":"user","content":"![x](data:image/png;base64,QUJD)"}])j");
}

TEST(History, FindsTheTextOfTheLastUserMessage) {
  EXPECT_EQ(last_user_text(R"([{"role":"user","content":"a"},{"role":"assistant","content":"b"}])"),
            "a");
  EXPECT_EQ(
      last_user_text(
          R"([{"role":"user","parts":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}])"),
      "a\nb");
  EXPECT_EQ(last_user_text(R"([{"role":"user","content":"a"},{"role":"user","content":""}])"), "");
}

TEST(History, NamesWhatIsWrongByItsPath) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([{"content":"x"}])", "messages[0].role: is missing"},
      {R"([{"role":1}])", "messages[0].role: expected a string, got a number"},
      {R"([{"role":"robot","content":"x"}])",
       "messages[0].role: expected system, developer, user, assistant, tool or function"},
      {R"([{"role":"user"}])", "messages[0].content: is missing"},
      {R"([{"role":"user","content":null}])", "messages[0].content: is missing"},
      {R"([{"role":"user","content":1}])",
       "messages[0].content: expected a string or an array of parts, got a number"},
      {R"([{"role":"user","content":[1]}])",
       "messages[0].content[0]: expected an object, got a number"},
      {R"([{"role":"user","content":[{"type":"text"}]}])",
       "messages[0].content[0].text: is missing"},
      {R"([{"role":"user","content":[{"type":"text","text":{}}]}])",
       "messages[0].content[0].text: expected a string, got an object"},
      {R"([{"role":"user","content":"x"},{"role":"user","parts":{}}])",
       "messages[1].parts: expected an array, got an object"},
      {R"([{"role":"user","parts":["x"]}])",
       "messages[0].parts[0]: expected an object, got a string"},
      {R"([{"role":"user","parts":[{"text":"x"}]}])", "messages[0].parts[0].type: is missing"},
      {R"([{"role":"user","parts":[{"type":"text","text":1}]}])",
       "messages[0].parts[0].text: expected a string, got a number"},
      {R"([{"role":"user","parts":[{"type":"file","mediaType":"image/png","url":"blob:x"}]}])",
       "messages[0].parts[0].url: expected a data: URL or one that begins with http"},
      {R"([{"role":"assistant","parts":[{"type":"tool-f","toolCallId":7}]}])",
       "messages[0].parts[0].toolCallId: expected a string, got a number"},
      {R"([{"role":"assistant","parts":[{"type":"tool-invocation","toolInvocation":1}]}])",
       "messages[0].parts[0].toolInvocation: expected an object, got a number"},
      {R"([{"role":"assistant","content":"","toolInvocations":[1]}])",
       "messages[0].toolInvocations[0]: expected an object, got a number"},
      {R"([{"role":"user","content":"x","experimental_attachments":[{"name":"a"}]}])",
       "messages[0].experimental_attachments[0].url: is missing"},
      {R"([{"role":"assistant","content":"x","tool_calls":{}}])",
       "messages[0].tool_calls: expected an array, got an object"},
  };
  for (const auto& [messages, message] : cases)
    EXPECT_EQ(read(messages), message);
}

}  // namespace
}  // namespace patchbay::dialects::chat_route
