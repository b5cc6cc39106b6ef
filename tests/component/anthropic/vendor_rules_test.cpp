// The rules that the other tests lean on can be broken: each of these requests breaks one.

#include "tests/component/anthropic/vendor_rules.hpp"

#include <gtest/gtest.h>

namespace patchbay::testing {
namespace {

std::string request(const std::string& messages, const std::string& more = "") {
  return R"({"model":"claude-sonnet-4-5","max_tokens":4096,"messages":)" + messages + more + "}";
}

std::string said(std::string_view role, std::string_view blocks) {
  return R"({"role":")" + std::string(role) + R"(","content":[)" + std::string(blocks) + "]}";
}

const std::string kHello = said("user", R"({"type":"text","text":"hi"})");
const std::string kCall = R"({"type":"tool_use","id":"c1","name":"f","input":{}})";
const std::string kResult = R"({"type":"tool_result","tool_use_id":"c1"})";
const std::string kTools = R"(,"tools":[{"name":"f","input_schema":{"type":"object"}}])";
const std::string kThinking = R"(,"thinking":{"type":"enabled","budget_tokens":1024})";

std::string loop(const std::string& blocks_before_call = "") {
  return "[" + kHello + "," + said("assistant", blocks_before_call + kCall) + "," +
         said("user", kResult) + "]";
}

void expect_broken(const std::string& text, std::string_view words) {
  const auto broken = broken_rules(text);
  ASSERT_FALSE(broken.empty()) << text;
  EXPECT_NE(broken.front().find(words), std::string::npos) << broken.front();
}

TEST(VendorRules, TakeWhatTheVendorTakes) {
  EXPECT_TRUE(broken_rules(request("[" + kHello + "]")).empty());
  EXPECT_TRUE(broken_rules(request(loop(), kTools)).empty());
  EXPECT_TRUE(broken_rules(request(loop(R"({"type":"thinking","thinking":"","signature":"s"},)"),
                                   kTools + kThinking))
                  .empty());
}

TEST(VendorRules, MindTheOrderOfTurns) {
  expect_broken(request("[" + kHello + "," + kHello + "]"), "do not alternate");
  expect_broken(request("[" + said("assistant", R"({"type":"text","text":"a"})") + "]"),
                "the first is not the user's");
  expect_broken(request("[" + kHello + "," + said("assistant", kCall) + "]", kTools),
                "calls at the end");
  expect_broken(request("[" + kHello + "," + said("assistant", kCall) + "," + kHello + "]", kTools),
                "do not fit together");
  expect_broken(request("[" + kHello + "," + said("assistant", kCall) + "," +
                            said("user", R"({"type":"text","text":"a"},)" + kResult) + "]",
                        kTools),
                "behind something else");
}

TEST(VendorRules, MindThinking) {
  expect_broken(request(loop(), kTools + kThinking), "Expected thinking");
  expect_broken(request("[" + kHello + "]", R"(,"thinking":{"type":"enabled","budget_tokens":5})"),
                "less than 1024");
  expect_broken(
      request("[" + kHello + "]", R"(,"thinking":{"type":"enabled","budget_tokens":4096})"),
      "a large budget");
  expect_broken(request("[" + kHello + "]", kThinking + R"(,"temperature":1)"), "while thinking");
  expect_broken(
      request("[" + kHello + "]", kTools + kThinking + R"(,"tool_choice":{"type":"any"})"),
      "forced while thinking");
}

TEST(VendorRules, MindTheRest) {
  expect_broken(request("[" + said("user", R"({"type":"text","text":" "})") + "]"),
                "without a text");
  expect_broken(request("[" + kHello + "]", R"(,"frequency_penalty":1)"), "is not known");
  expect_broken(request("[" + kHello + "]", R"(,"temperature":1.5)"), "between 0 and 1");
  expect_broken(request("[" + kHello + "]", R"(,"tool_choice":{"type":"auto"})"), "without tools");
  expect_broken(request(loop()), "calls without tools");
}

}  // namespace
}  // namespace patchbay::testing
