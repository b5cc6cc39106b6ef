#include "core/plugin_host/provider_tools.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

using testing::HasSubstr;

pbay_tool tool(std::string_view name,
               std::string_view parameters = R"({"type":"object"})",
               std::string_view description = "Does it.") {
  return {sizeof(pbay_tool), 0, view_of(name), view_of(description), view_of(parameters)};
}

std::string refusal(const std::vector<const pbay_tool*>& list) {
  const auto read = read_tools(list.data(), list.size());
  return read ? "" : read.error().message;
}

TEST(ProviderTools, ATakenListIsACopy) {
  std::string name = "weather";
  const pbay_tool weather = tool(name);
  const pbay_tool* const list[] = {&weather};
  const auto read = read_tools(list, 1);
  ASSERT_TRUE(read);
  name.assign(7, 'x');
  EXPECT_EQ(read->front().name, "weather");
  EXPECT_EQ(read->front().description, "Does it.");
  EXPECT_EQ(read->front().parameters, R"({"type":"object"})");
}

TEST(ProviderTools, WithoutParametersThereAreNone) {
  const pbay_tool roll = tool("roll", "");
  const pbay_tool* const list[] = {&roll};
  EXPECT_EQ(read_tools(list, 1)->front().parameters, R"({"type":"object","properties":{}})");
  EXPECT_TRUE(read_tools(nullptr, 0)->empty());
}

TEST(ProviderTools, ANameIsOneThatEveryModelCanCall) {
  EXPECT_TRUE(is_tool_name("get_current-Time9"));
  EXPECT_TRUE(is_tool_name(std::string(64, 'a')));
  for (const std::string& name : {std::string(),
                                  std::string(65, 'a'),
                                  std::string("a.b"),
                                  std::string("a b"),
                                  std::string("wétter")}) {
    EXPECT_FALSE(is_tool_name(name)) << name;
    const pbay_tool wrong = tool(name);
    EXPECT_THAT(refusal({&wrong}), HasSubstr("tool number 0 has a name")) << name;
  }
}

TEST(ProviderTools, WhatIsWrongWithAListIsSaid) {
  const pbay_tool good = tool("good");
  const pbay_tool list = tool("list", "[]");
  const pbay_tool broken = tool("broken", "{");
  const pbay_tool garbled = tool("garbled", "{}", "\xff");
  pbay_tool small = tool("small");
  small.size = 8;
  EXPECT_THAT(refusal({&good, &good}), HasSubstr("\"good\" is there twice"));
  EXPECT_THAT(refusal({&list}), HasSubstr("\"list\" has parameters that are not a JSON object"));
  EXPECT_THAT(refusal({&broken}), HasSubstr("\"broken\" has parameters"));
  EXPECT_THAT(refusal({&garbled}), HasSubstr("\"garbled\" has a description"));
  EXPECT_THAT(refusal({&good, &small}), HasSubstr("tool number 1 is no pbay_tool"));
  EXPECT_THAT(refusal({&good, nullptr}), HasSubstr("tool number 1 is no pbay_tool"));
  EXPECT_THAT(refusal(std::vector<const pbay_tool*>(kToolsMax + 1, &good)),
              HasSubstr("the list of tools is broken"));
  EXPECT_FALSE(read_tools(nullptr, 1));
}

}  // namespace
}  // namespace patchbay::plugin_host
