#include "core/dialects/chat_route/body.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::dialects::chat_route {
namespace {

const std::string kHi = R"("messages":[{"role":"user","content":"Hi"}])";

std::variant<ChatBody, chat::Failure> read(const std::string& body) {
  const std::string padded = body + std::string(json::Padded::kBytes, '\0');
  return read_body(json::Padded(std::string_view(padded).substr(0, body.size())));
}

std::string refused(const std::string& body) {
  const auto result = read(body);
  const auto* failure = std::get_if<chat::Failure>(&result);
  if (failure == nullptr) return "accepted";
  EXPECT_EQ(chat::status_of(*failure), 400);
  return failure->message;
}

ChatBody accepted(const std::string& body) {
  auto result = read(body);
  const auto* failure = std::get_if<chat::Failure>(&result);
  EXPECT_EQ(failure, nullptr) << failure->message;
  return failure == nullptr ? std::get<ChatBody>(std::move(result)) : ChatBody{};
}

// What the provider gets, without its padding; the span of the model is checked on the way.
std::string sent(const std::string& body, const std::string& model = "m") {
  const ProviderBody written = write_provider_body(accepted(body), model);
  const std::string text = written.padded.substr(0, written.padded.size() - json::Padded::kBytes);
  EXPECT_EQ(written.padded.substr(text.size()), std::string(json::Padded::kBytes, '\0'));
  const json::Span span = written.model_value;
  EXPECT_EQ(text.substr(span.begin, span.size()), '"' + model + '"');
  EXPECT_TRUE(json::validate(text)) << text;
  return text;
}

TEST(ChatRouteBody, BecomesAChatRequest) {
  EXPECT_EQ(sent("{" + kHi + "}"),
            R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true})");
}

TEST(ChatRouteBody, PassesOnWhatProvidersKnowAndNothingElse) {
  EXPECT_EQ(
      sent(
          "{" + kHi +
          R"(,"temperature":0.70,"id":"chat-1","user":{"name":"x"},"max_tokens":null,"size":"x",)"
          R"("tools":[ {"type":"function"} ],"tool_choice":"auto","stop":["a"],"trigger":"submit-message"})"),
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"temperature":0.70,)"
      R"("tools":[ {"type":"function"} ],"tool_choice":"auto","stop":["a"]})");
}

TEST(ChatRouteBody, BecomesAnImageRequestOfItsLastUserMessage) {
  EXPECT_EQ(
      sent(
          R"({"mode":"image","temperature":1,"messages":[{"role":"user","content":"a cat"},)"
          R"({"role":"assistant","content":"ok"},)"
          R"({"role":"user","content":[{"type":"text","text":"a \"dog\""},{"type":"text","text":"on a mat"}]}]})"),
      R"({"model":"m","prompt":"a \"dog\"\non a mat","n":1,"size":"1024x1024","quality":"standard","style":"vivid"})");
}

TEST(ChatRouteBody, LetsAnImageBeOtherThanUsual) {
  EXPECT_EQ(
      sent(R"({"mode":"image","size":"512x512","quality":"hd","background":"transparent",)" + kHi +
           "}"),
      R"({"model":"m","prompt":"Hi","n":1,"style":"vivid","size":"512x512","quality":"hd","background":"transparent"})");
}

TEST(ChatRouteBody, TellsWhoShouldAnswer) {
  const ChatBody body = accepted(
      "{" + kHi +
      R"(,"model":"a\/b","provider":"Gemini","conversation_id":"c1","stream_options":{"include_usage":true}})");
  EXPECT_EQ(body.model, "a/b");
  EXPECT_EQ(body.provider, "Gemini");
  EXPECT_EQ(body.conversation_id, "c1");
  EXPECT_TRUE(body.include_usage);
  EXPECT_FALSE(body.image);
  EXPECT_FALSE(body.ui_client);
}

TEST(ChatRouteBody, TakesNullForNothing) {
  const ChatBody body = accepted(
      "{" + kHi +
      R"(,"model":null,"provider":null,"mode":null,"conversation_id":null,"stream_options":null})");
  EXPECT_EQ(body.model, "");
  EXPECT_FALSE(body.image);
}

TEST(ChatRouteBody, KnowsClientsOfTheUiMessageStream) {
  EXPECT_TRUE(accepted(R"({"trigger":"submit-message",)" + kHi + "}").ui_client);
}

TEST(ChatRouteBody, NeedsItsMessages) {
  EXPECT_EQ(refused("{}"), "messages: is missing");
  EXPECT_EQ(refused(R"({"prompt":"x"})"), "messages: is missing");
}

TEST(ChatRouteBody, TakesTheClientsNameOfAConversation) {
  EXPECT_EQ(accepted("{" + kHi + R"(,"conversation_id":"c 1"})").conversation_id, "c 1");
  EXPECT_EQ(accepted("{" + kHi + R"(,"conversation_id":""})").conversation_id, "");
  EXPECT_EQ(refused("{" + kHi + R"(,"conversation_id":"c\t"})"),
            "conversation_id: expected at most 256 bytes of UTF-8 without control characters");
}

TEST(ChatRouteBody, RefusesWhatIsNoJson) {
  EXPECT_TRUE(refused(R"({"messages":[)").starts_with("Invalid JSON at byte"));
  EXPECT_TRUE(refused("").starts_with("Invalid JSON"));
  EXPECT_NE(refused("[]"), "accepted");
  EXPECT_NE(refused("{" + kHi + "," + kHi + "}"), "accepted");
}

TEST(ChatRouteBody, NamesTheMemberThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"messages":"Hi"})", "messages: expected an array, got a string"},
      {R"({"messages":[]})", "messages: expected at least one message"},
      {R"({"messages":[1]})", "messages[0]: expected an object, got a number"},
      {R"({"mode":"video",HI})", R"(mode: expected "chat" or "image")"},
      {R"({"mode":1,HI})", "mode: expected a string, got a number"},
      {R"({"model":[],HI})", "model: expected a string, got an array"},
      {R"({"provider":{},HI})", "provider: expected a string, got an object"},
      {R"({"conversation_id":1,HI})", "conversation_id: expected a string, got a number"},
      {R"({"temperature":"hot",HI})", "temperature: expected a number, got a string"},
      {R"({"tools":{},HI})", "tools: expected an array, got an object"},
      {R"({"mode":"image","size":1,HI})", "size: expected a string, got a number"},
      {R"({"stream_options":{"include_usage":1},HI})",
       "stream_options.include_usage: expected a boolean, got a number"},
      {R"({"mode":"image","messages":[{"role":"assistant","content":"x"}]})",
       "messages: an image is drawn from the last user message, which has no text"},
  };
  for (const auto& [body, message] : cases) {
    std::string text = body;
    if (const std::size_t at = text.find("HI"); at != std::string::npos) text.replace(at, 2, kHi);
    EXPECT_EQ(refused(text), message);
  }
}

}  // namespace
}  // namespace patchbay::dialects::chat_route
