// Which requests count as the same.

#include "plugins/replay/request_key.hpp"

#include <gtest/gtest.h>

namespace patchbay::plugins::replay {
namespace {

using enum OpenAiOperation;

TEST(RequestKey, DoesNotMindSpellingModelAndDelivery) {
  const RequestKey one = key_of_json(
      kChat, R"({"model":"a","messages":[{"role":"user","content":"Hi"}],"stream":true})");
  const RequestKey other = key_of_json(
      kChat,
      R"({ "messages" : [ {"content":"\u0048i","role":"user"} ], "stream_options":{"include_usage":true}})");
  EXPECT_EQ(one.exact, other.exact);
  EXPECT_EQ(one.subject, other.subject);
  EXPECT_EQ(one.last, other.last);
  EXPECT_EQ(one.shown, "Hi");
}

TEST(RequestKey, TellsWhatWasAskedApart) {
  const auto asked = [](const char* body) { return key_of_json(kChat, body); };
  const RequestKey plain = asked(R"({"messages":[{"role":"user","content":"Hi"}]})");
  const RequestKey warm = asked(R"({"messages":[{"role":"user","content":"Hi"}],"temperature":1})");
  EXPECT_NE(plain.exact, warm.exact);
  EXPECT_EQ(plain.subject, warm.subject);
  const RequestKey longer =
      asked(R"({"messages":[{"role":"system","content":"x"},{"role":"user","content":"Hi "}]})");
  EXPECT_NE(plain.subject, longer.subject);
  EXPECT_EQ(plain.last, longer.last);
  EXPECT_NE(asked(R"({"messages":[{"role":"user","content":"Ho"}]})").last, plain.last);
  // The order of a list means something, that of members does not; an inner `model` is not ours.
  EXPECT_NE(asked(R"({"messages":[],"stop":["a","b"]})").exact,
            asked(R"({"messages":[],"stop":["b","a"]})").exact);
  EXPECT_NE(asked(R"({"messages":[],"metadata":{"model":"a"}})").exact,
            asked(R"({"messages":[],"metadata":{"model":"b"}})").exact);
}

TEST(RequestKey, MatchesNothingWhereNothingIsSaid) {
  const RequestKey empty = key_of_json(kChat, R"({"messages":[]})");
  EXPECT_EQ(empty.last, 0u);
  EXPECT_EQ(key_of_json(kEmbeddings, "{}").subject, 0u);
  EXPECT_NE(key_of_json(kChat, "no JSON").exact, key_of_json(kChat, "nor this").exact);
  EXPECT_EQ(key_of_json(kModels, "").exact, key_of_json(kModels, "{}").exact);
}

TEST(RequestKey, IsTheFilesOfAForm) {
  const RequestKey one = key_of_form(
      kTranscriptions, {{"file", true, "abc"}, {"model", false, "x"}, {"language", false, "de"}});
  const RequestKey other = key_of_form(
      kTranscriptions, {{"language", false, "de"}, {"model", false, "y"}, {"file", true, "abc"}});
  EXPECT_EQ(one.exact, other.exact);
  EXPECT_EQ(key_of_form(kTranscriptions, {{"file", true, "abc"}}).subject, one.subject);
  EXPECT_NE(key_of_form(kTranscriptions, {{"file", true, "abd"}}).subject, one.subject);
  EXPECT_EQ(key_of_form(kImageEdits, {{"prompt", false, "a hat"}}).shown, "a hat");
}

TEST(RequestKey, ShowsTheBeginningOfALongText) {
  const std::string text = std::string(78, 'a') + "\xC3\xA9\xC3\xA9 and more";
  const RequestKey key = key_of_json(kImages, R"({"prompt":")" + text + "\"}");
  EXPECT_EQ(key.shown, std::string(78, 'a') + "\xC3\xA9...");
}

TEST(RequestKey, ReadsTheInputOfResponses) {
  EXPECT_EQ(key_of_json(kResponses, R"({"input":"Say hi"})").shown, "Say hi");
  EXPECT_EQ(
      key_of_json(kResponses,
                  R"({"input":[{"role":"user","content":[{"type":"input_text","text":"Hi"}]}]})")
          .shown,
      "Hi");
}

}  // namespace
}  // namespace patchbay::plugins::replay
