#include "core/dialects/openai_chat/chat_request.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::dialects::openai_chat {
namespace {

std::variant<ChatRequest, chat::Failure> read(std::string body) {
  const std::size_t size = body.size();
  body.append(json::Padded::kBytes, '\0');
  return read_request(json::Padded(std::string_view(body).substr(0, size)));
}

ChatRequest good(const std::string& body) {
  auto result = read(body);
  EXPECT_TRUE(std::holds_alternative<ChatRequest>(result)) << body;
  return std::holds_alternative<ChatRequest>(result) ? std::get<ChatRequest>(result)
                                                     : ChatRequest{};
}

chat::Failure bad(const std::string& body) {
  auto result = read(body);
  EXPECT_TRUE(std::holds_alternative<chat::Failure>(result)) << body;
  return std::holds_alternative<chat::Failure>(result) ? std::get<chat::Failure>(result)
                                                       : chat::Failure{};
}

TEST(ChatRequest, ReadsWhatRoutingNeeds) {
  const std::string body =
      R"({"stream":true,"model":"a\/b","stream_options":{"include_usage":true},"messages":[]})";
  const ChatRequest request = good(body);
  EXPECT_EQ(request.model, "a/b");
  EXPECT_EQ(body.substr(request.model_value.begin, request.model_value.size()), "\"a\\/b\"");
  EXPECT_TRUE(request.stream);
  EXPECT_TRUE(request.include_usage);
}

TEST(ChatRequest, TakesNullsAndAbsenceAsNo) {
  const ChatRequest request = good(R"({"stream":null,"stream_options":null,"messages":[]})");
  EXPECT_FALSE(request.stream);
  EXPECT_FALSE(request.include_usage);
  EXPECT_EQ(request.model, "");
  EXPECT_EQ(request.model_value.size(), 0U);
}

TEST(ChatRequest, LetsUnknownFieldsBe) {
  good(
      R"({"model":"m","messages":[],"x":{"deep":[1,2,{"model":"inner"}]},"seed":123456789012345678901234567890})");
}

TEST(ChatRequest, NamesTheFieldOfAWrongType) {
  EXPECT_EQ(bad(R"({"model":5,"messages":[]})").param, "model");
  EXPECT_EQ(bad(R"({"model":"m","stream":"yes","messages":[]})").param, "stream");
  EXPECT_EQ(bad(R"({"model":"m","messages":{}})").message,
            "Invalid type for 'messages': expected an array, but got an object instead.");
}

TEST(ChatRequest, AsksForMessages) {
  const chat::Failure failure = bad(R"({"model":"m"})");
  EXPECT_EQ(failure.param, "messages");
  EXPECT_EQ(chat::status_of(failure), 400);
}

TEST(ChatRequest, NamesTheByteWhereJsonBreaks) {
  EXPECT_NE(bad(R"({"model":"m",})").message.find("byte 13"), std::string::npos);
  EXPECT_NE(bad("").message, "");
  EXPECT_NE(bad("[]").message.find("object"), std::string::npos);
}

TEST(ChatRequest, RefusesAModelNamedTwice) {
  bad(R"({"model":"cheap","mod\u0065l":"dear","messages":[]})");
}

}  // namespace
}  // namespace patchbay::dialects::openai_chat
