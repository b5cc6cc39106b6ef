// Tools of a plugin, from its list to the result of a call.

#include "core/api/tools/provider_tool.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/plugin_host/catalog.hpp"
#include "core/sdk/patchbay/tools.h"
#include "tests/component/api/stub_place.hpp"

namespace patchbay::api {
namespace {

using plugin_host::Catalog;
using plugin_host::ProviderEntry;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ProviderEntry toolbox(const std::string& fault = "") {
  const auto scalar = [](const std::string& text) {
    ConfigValue value;
    value.kind = ConfigValue::Kind::kScalar;
    value.text = text;
    value.quoted = true;
    return value;
  };
  ProviderEntry entry;
  entry.name = "box";
  entry.type = "toolbox";
  entry.config.kind = ConfigValue::Kind::kMap;
  entry.config.members.push_back({"base_url", {}, scalar("http://127.0.0.1:1")});
  if (!fault.empty()) entry.config.members.push_back({"fault", {}, scalar(fault)});
  return entry;
}

std::vector<std::string> names_of(const plugin_host::Instance& instance) {
  std::vector<std::string> names;
  for (const plugin_host::Tool& tool : instance.tools())
    names.push_back(tool.name);
  return names;
}

class ProviderToolTest : public testing::Test {
 protected:
  // What is wrong; empty when it was loaded.
  std::string load(const ProviderEntry& entry, const Catalog::Check& check = {}) {
    std::vector<Problem> problems;
    instances_ = catalog_.load({entry}, problems, {}, check);
    std::string all;
    for (const Problem& problem : problems)
      all += problem.text() + '\n';
    return all;
  }

  Catalog catalog_{{.search_path = {PATCHBAY_TOOLBOX},
                    .state_folder = {},
                    .host_version = "0.0.1",
                    .log = [](int, std::string_view, std::string_view) {},
                    .log_level = PBAY_LOG_ERROR}};
  std::vector<std::shared_ptr<plugin_host::Instance>> instances_;
};

TEST_F(ProviderToolTest, AProviderTellsItsTools) {
  ASSERT_EQ(load(toolbox()), "");
  EXPECT_THAT(names_of(*instances_[0]), ElementsAre("weather", "shift"));
  EXPECT_THAT(instances_[0]->tools()[0].description, HasSubstr("weather"));
  EXPECT_THAT(instances_[0]->tools()[0].parameters, HasSubstr(R"("required":["city"])"));
  EXPECT_TRUE(instances_[0]->offers(PBAY_MODE_TOOL, "patchbay.tool/1"));
}

TEST_F(ProviderToolTest, AListThatModelsCannotUseIsRefused) {
  EXPECT_THAT(load(toolbox("name")), HasSubstr("providers.box"));
  EXPECT_THAT(load(toolbox("name")), HasSubstr("tool number 0 has a name that no model can call"));
  EXPECT_THAT(load(toolbox("twice")), HasSubstr("the tool \"weather\" is there twice"));
  EXPECT_THAT(load(toolbox("parameters")), HasSubstr("parameters that are not a JSON object"));
  EXPECT_EQ(load(toolbox("none")), "");
  EXPECT_THAT(names_of(*instances_[0]), IsEmpty());
}

TEST_F(ProviderToolTest, WhatALoadHasMadeCanBeRefusedAsAWhole) {
  const std::string refusal = load(toolbox(), [](const auto& made, std::vector<Problem>& problems) {
    EXPECT_EQ(made.size(), 1U);
    problems.push_back({{"patchbay.yaml", 9, 3}, "chat.tools", "no"});
  });
  EXPECT_EQ(refusal, "patchbay.yaml:9:3: chat.tools: no\n");
  EXPECT_THAT(instances_, IsEmpty());
  EXPECT_EQ(load(toolbox()), "");
}

TEST_F(ProviderToolTest, ItsDefinitionIsWhatModelsAreOffered) {
  ASSERT_EQ(load(toolbox()), "");
  const auto tool = make_provider_tool("box", instances_[0]->tools()[1]);
  EXPECT_EQ(tool->name(), "shift");
  EXPECT_EQ(tool->definition(),
            R"({"type":"function","function":{"name":"shift","description":"Tells who works now.",)"
            R"("parameters":{"type":"object","properties":{}}}})");
}

TEST_F(ProviderToolTest, AServiceThatIsNotThereIsAFailure) {
  ASSERT_EQ(load(toolbox()), "");
  Snapshot snapshot{routing::RouteTable({}, {}), {}, AccessPolicy{true, {}, {}}};
  relay::Provider provider;
  provider.instance = instances_[0];
  snapshot.providers.emplace("box", std::move(provider));
  const auto tool = make_provider_tool("box", instances_[0]->tools()[0]);

  test::Workers workers{1};
  std::optional<relay::Workplace> place;
  std::unique_ptr<ToolRun> run;
  std::optional<ServerTool::Result> told;
  workers.run(0, [&] {
    place.emplace(workers[0]);
    Context context;
    context.workplace = &*place;
    context.snapshot = std::make_shared<const Snapshot>(std::move(snapshot));
    run = tool->run({"c1", "weather", "{}"},
                    {.context = context,
                     .conversation_id = "",
                     .deadline = Time::max(),
                     .result_bytes_max = 1000},
                    [&](ServerTool::Result result) { told = std::move(result); });
  });
  EXPECT_TRUE(workers.until(0, [&] { return told.has_value(); }));
  workers.run(0, [&] {
    EXPECT_THAT(std::get<chat::Failure>(*told).message, HasSubstr("box"));
    run.reset();
    place.reset();
  });
}

}  // namespace
}  // namespace patchbay::api
