#include "core/dialects/chat_route/stream_protocol.hpp"

#include <string>

#include <gtest/gtest.h>

namespace patchbay::dialects::chat_route {
namespace {

std::string chosen(const StreamWish& wish) {
  const auto choice = choose_stream(wish);
  if (const auto* failure = std::get_if<chat::Failure>(&choice)) return failure->message;
  const auto& [protocol, as_plain] = std::get<StreamChoice>(choice);
  switch (protocol) {
    case StreamProtocol::kDataStream:
      return as_plain ? "data as text/plain" : "data";
    case StreamProtocol::kUiMessageStream:
      return "ui";
    case StreamProtocol::kChatChunks:
      return "openai";
    case StreamProtocol::kJsonLines:
      return "json-lines";
  }
  return "nothing";
}

TEST(StreamProtocolChoice, IsTheDataStreamWhereNobodySays) {
  EXPECT_EQ(chosen({}), "data");
  for (const char* accept :
       {"", "*/*", "application/json", "text/event-stream", "text/html,*/*;q=0.8"})
    EXPECT_EQ(chosen({.accept = accept}), "data") << accept;
}

TEST(StreamProtocolChoice, TakesNamesInAnySpelling) {
  for (const char* name : {"data", "Data_Stream", "data-stream"})
    EXPECT_EQ(chosen({.query = name}), "data") << name;
  for (const char* name : {"ui", "ui-message-stream", "ui_message_stream", "UI"})
    EXPECT_EQ(chosen({.query = name}), "ui") << name;
  for (const char* name : {"openai", "OpenAI-SSE"})
    EXPECT_EQ(chosen({.query = name}), "openai") << name;
  for (const char* name : {"json-lines", "json_lines", "jsonl", "ndjson"})
    EXPECT_EQ(chosen({.query = name}), "json-lines") << name;
}

TEST(StreamProtocolChoice, RefusesOtherNamesWithThoseThereAre) {
  EXPECT_EQ(chosen({.query = "sse2"}),
            "stream_protocol: expected one of data, ui, openai and json-lines");
  EXPECT_EQ(chosen({.query = ""}), "data");
}

TEST(StreamProtocolChoice, TakesMediaTypesThatMeanOneProtocol) {
  EXPECT_EQ(chosen({.accept = "text/plain"}), "data as text/plain");
  EXPECT_EQ(chosen({.accept = "application/x-ndjson"}), "json-lines");
  EXPECT_EQ(chosen({.accept = "Application/JSONL; charset=utf-8"}), "json-lines");
}

TEST(StreamProtocolChoice, TakesTheMediaTypeWantedMost) {
  EXPECT_EQ(chosen({.accept = "text/plain;q=0.5, application/x-ndjson"}), "json-lines");
  EXPECT_EQ(chosen({.accept = "application/x-ndjson;q=0.5, text/event-stream"}), "data");
  EXPECT_EQ(chosen({.accept = "text/plain;q=0"}), "data");
  EXPECT_EQ(chosen({.accept = ",, ;q=1, text/plain"}), "data as text/plain");
}

TEST(StreamProtocolChoice, LetsTheQueryDecide) {
  EXPECT_EQ(chosen({.query = "ui", .accept = "application/x-ndjson"}), "ui");
  EXPECT_EQ(chosen({.query = "data", .accept = "text/plain", .ui_client = true}),
            "data as text/plain");
}

TEST(StreamProtocolChoice, KnowsClientsOfTheUiMessageStream) {
  EXPECT_EQ(chosen({.accept = "*/*", .ui_client = true}), "ui");
  EXPECT_EQ(chosen({.query = "data", .ui_client = true}), "data");
}

TEST(StreamProtocolChoice, TakesTheHeaderOfAnAnswerAsAWish) {
  EXPECT_EQ(chosen({.ui_header = true}), "ui");
  EXPECT_EQ(chosen({.data_header = true, .ui_client = true}), "data");
  EXPECT_EQ(chosen({.data_header = true, .ui_header = true}), "data") << "both say nothing";
  EXPECT_EQ(chosen({.query = "openai", .ui_header = true}), "openai");
  EXPECT_EQ(chosen({.accept = "text/plain", .ui_header = true}), "data as text/plain");
}

TEST(StreamProtocolChoice, TakesTheSettingWhereTheRequestSaysNothing) {
  EXPECT_EQ(chosen({.setting = "ui-message-stream"}), "ui");
  EXPECT_EQ(chosen({.ui_client = true, .setting = "data-stream"}), "data");
  EXPECT_EQ(chosen({.ui_client = true, .setting = "auto"}), "ui");
  EXPECT_EQ(chosen({.data_header = true, .setting = "ui-message-stream"}), "data");
  EXPECT_EQ(chosen({.query = "ndjson", .setting = "ui-message-stream"}), "json-lines");
}

}  // namespace
}  // namespace patchbay::dialects::chat_route
