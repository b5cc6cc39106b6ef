#include "core/dialects/openai_chat/restore_signatures.hpp"

#include <map>

#include <gtest/gtest.h>

#include "core/dialects/openai_chat/chat_request.hpp"

namespace patchbay::dialects::openai_chat {
namespace {

std::shared_ptr<const chat::KeptReasoning> message(const std::string& id,
                                                   const std::string& details,
                                                   const std::string& extra = "") {
  auto made = std::make_shared<chat::KeptReasoning>();
  made->details = details;
  made->calls.push_back({id, "f", extra});
  return made;
}

class RestoreSignatures : public ::testing::Test {
 protected:
  // The body afterwards; the place of the model's value is checked on the way.
  std::string restored(std::string body) {
    body.append(json::Padded::kBytes, '\0');
    const auto read = [](const std::string& padded) {
      const std::string_view text(padded.data(), padded.size() - json::Padded::kBytes);
      auto request = read_request(json::Padded(text));
      EXPECT_TRUE(std::holds_alternative<ChatRequest>(request)) << text;
      return std::get<ChatRequest>(request);
    };
    json::Span model = read(body).model_value;
    const std::string before = body;
    changed_ = restore_signatures(body, model, [this](std::string_view id) {
      ++looked_up_;
      const auto found = kept_.find(std::string(id));
      return found == kept_.end() ? nullptr : found->second;
    });
    EXPECT_EQ(changed_, body != before);
    EXPECT_EQ(model, read(body).model_value);
    EXPECT_EQ(body.substr(body.size() - json::Padded::kBytes),
              std::string(json::Padded::kBytes, '\0'));
    body.resize(body.size() - json::Padded::kBytes);
    return body;
  }

  std::map<std::string, std::shared_ptr<const chat::KeptReasoning>> kept_{
      {"c1", message("c1", "[{\"text\":\"t\"}]")}, {"c2", message("c2", "", R"({"google":1})")}};
  bool changed_ = false;
  int looked_up_ = 0;
};

TEST_F(RestoreSignatures, PutsDetailsIntoTheMessage) {
  EXPECT_EQ(restored(R"({ "messages" : [ {"role":"user","content":"tool_calls"},
        { "role":"assistant", "tool_calls":[{"id":"c1","function":{"name":"f"}}] } ], "model":"m" ,"n":1.0})"),
            R"({ "messages" : [ {"role":"user","content":"tool_calls"},
        {"reasoning_details":[{"text":"t"}], "role":"assistant", "tool_calls":[{"id":"c1","function":{"name":"f"}}] } ], "model":"m" ,"n":1.0})");
}

TEST_F(RestoreSignatures, PutsExtraContentIntoTheCall) {
  EXPECT_EQ(
      restored(
          R"({"model":"m","messages":[{"tool_calls":[{"id":"x"},{"function":{"name":"f"},"id":"c2"}],"role":"assistant"}]})"),
      R"({"model":"m","messages":[{"tool_calls":[{"id":"x"},{"extra_content":{"google":1},"function":{"name":"f"},"id":"c2"}],"role":"assistant"}]})");
}

TEST_F(RestoreSignatures, FillsInWhatIsNullOrEmpty) {
  EXPECT_EQ(
      restored(
          R"({"messages":[{"role":"assistant","reasoning_details":null,"tool_calls":[{"id":"c1","function":{"name":"f"}}]},)"
          R"({"role":"assistant","tool_calls":[{"id":"c1","function":{"name":"f"}}],"reasoning_details":[ ]},)"
          R"({"role":"assistant","tool_calls":[{"id":"c2","extra_content":null,"function":{"name":"f"}}]}],"model":"m"})"),
      R"({"messages":[{"role":"assistant","reasoning_details":[{"text":"t"}],"tool_calls":[{"id":"c1","function":{"name":"f"}}]},)"
      R"({"role":"assistant","tool_calls":[{"id":"c1","function":{"name":"f"}}],"reasoning_details":[{"text":"t"}]},)"
      R"({"role":"assistant","tool_calls":[{"id":"c2","extra_content":{"google":1},"function":{"name":"f"}}]}],"model":"m"})");
}

TEST_F(RestoreSignatures, ReplacesSignaturesWithoutTheirText) {
  EXPECT_EQ(
      restored(
          R"({"messages":[{"role":"assistant","reasoning_details":[{"type":"reasoning.text","signature":"s"}],"tool_calls":[{"id":"c1","function":{"name":"f"}}]}]})"),
      R"({"messages":[{"role":"assistant","reasoning_details":[{"text":"t"}],"tool_calls":[{"id":"c1","function":{"name":"f"}}]}]})");
}

TEST_F(RestoreSignatures, LeavesWhatIsThereAlone) {
  const char* const kBodies[] = {
      R"({"messages":[{"role":"assistant","reasoning_details":[{"text":"other","signature":"s"}],"tool_calls":[{"id":"c1","function":{"name":"f"}}]}]})",
      R"({"messages":[{"role":"assistant","tool_calls":[{"id":"c2","extra_content":{},"function":{"name":"f"}}]}]})",
      R"({"messages":[{"role":"user","tool_calls":[{"id":"c1","function":{"name":"f"}}]}]})",
      R"({"messages":[{"role":"assistant","tool_calls":[{"id":"c1","function":{"name":"another"}}]}]})",
      R"({"messages":[{"role":"assistant","tool_calls":[{"id":"unknown","function":{"name":"f"}}]}]})",
      R"({"messages":[{"role":"assistant","tool_calls":[{"id":1},{},null,3]}]})",
      R"({"messages":["tool_calls",{"tool_calls":null,"role":"assistant"},[]]})",
      R"({"messages":[]})"};
  for (const char* const body : kBodies) {
    EXPECT_EQ(restored(body), body);
    EXPECT_FALSE(changed_);
  }
}

TEST_F(RestoreSignatures, DoesNotLookFurtherIntoABodyWithoutCalls) {
  restored(R"({"messages":[{"role":"assistant","content":"c1"}]})");
  EXPECT_EQ(looked_up_, 0);
}

TEST_F(RestoreSignatures, MovesTheModelsPlaceByWhatStandsBeforeIt) {
  const std::string call = R"("tool_calls":[{"id":"c1","function":{"name":"f"}}])";
  const std::string messages = R"("messages":[{"role":"assistant",)" + call + "}]";
  restored(R"({"model":"m",)" + messages + "}");
  EXPECT_TRUE(changed_);
  restored("{" + messages + R"(,"model":"m"})");
  EXPECT_TRUE(changed_);
  restored(
      R"({"messages":[{"role":"assistant","reasoning_details":[{"signature":"a long one, longer )"
      R"(than what takes its place, by far"}],)" +
      call + R"(}],"model":"m"})");
  EXPECT_TRUE(changed_);
}

}  // namespace
}  // namespace patchbay::dialects::openai_chat
