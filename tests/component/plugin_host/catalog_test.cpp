#include "core/plugin_host/catalog.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/plugin_host/manifest.hpp"
#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class CatalogTest : public testing::Test {
 protected:
  std::string load(const std::vector<ProviderEntry>& entries) {
    std::vector<Problem> problems;
    instances_ = catalog_.load(entries, problems);
    return lines_of(problems);
  }

  // Gives the installed echo plugin a schema file.
  void give_schema(std::string_view schema) {
    const fs::path manifest = workspace_.folder() / "plugins/echo/manifest.json";
    std::ifstream in(manifest);
    std::string text(std::istreambuf_iterator<char>(in), {});
    const std::string modes = "\"modes\": [\"chat\"]";
    text.replace(text.find(modes), modes.size(), modes + ", \"config_schema\": \"s.json\"");
    workspace_.write("plugins/echo/manifest.json", text);
    workspace_.write("plugins/echo/s.json", schema);
  }

  Workspace workspace_;
  LogBook log_;
  Catalog catalog_{{.search_path = {workspace_.folder() / "plugins"},
                    .state_folder = workspace_.folder() / "state",
                    .host_version = "0.0.1",
                    .log = log_.sink(),
                    .log_level = PBAY_LOG_INFO}};
  std::vector<std::shared_ptr<Instance>> instances_;
};

TEST_F(CatalogTest, MakesAnInstanceForEachEntryInOrder) {
  workspace_.install("echo");
  workspace_.install("ticker");
  EXPECT_EQ(load({entry_of("ticker", "a"), entry_of("echo", "b"), entry_of("echo", "c")}), "");
  ASSERT_EQ(instances_.size(), 3U);
  EXPECT_EQ(instances_[0]->name(), "a");
  EXPECT_EQ(instances_[0]->type(), "ticker");
  EXPECT_EQ(instances_[1]->name(), "b");
  EXPECT_EQ(instances_[2]->name(), "c");
}

TEST_F(CatalogTest, ListsWhatIsThereWithoutLoadingIt) {
  workspace_.install("echo");
  workspace_.write("plugins/broken/manifest.json", "{}");
  const std::vector<PluginInfo> plugins = catalog_.list();
  ASSERT_EQ(plugins.size(), 2U);
  EXPECT_FALSE(plugins[0].problems.empty());
  EXPECT_EQ(plugins[1].id, "test.echo");
  EXPECT_EQ(plugins[1].version, "1.0.0");
  EXPECT_EQ(plugins[1].license, "Apache-2.0");
  EXPECT_THAT(plugins[1].types, ElementsAre("echo"));
  EXPECT_THAT(plugins[1].modes, ElementsAre("chat"));
  EXPECT_EQ(lines_of(plugins[1].problems), "");
  EXPECT_FALSE(is_mapped(workspace_.folder().string()));
}

TEST_F(CatalogTest, NamesBothManifestsThatClaimOneType) {
  const fs::path first = workspace_.install("echo");
  const fs::path second = workspace_.install("echo", "plugins", "echo copy");
  const std::string problems = load({entry_of("echo")});
  EXPECT_TRUE(instances_.empty());
  EXPECT_THAT(problems, HasSubstr((second / "manifest.json").string() + ": the provider type"));
  EXPECT_THAT(problems, HasSubstr("claimed by \"" + (first / "manifest.json").string()));
}

TEST_F(CatalogTest, WarnsOfABrokenManifestThatNobodyNeeds) {
  workspace_.install("echo");
  workspace_.write("plugins/broken/manifest.json", "{");
  EXPECT_EQ(load({entry_of("echo")}), "");
  EXPECT_EQ(log_.count("broken/manifest.json", PBAY_LOG_WARN), 1U);
}

TEST_F(CatalogTest, NamesABrokenManifestWhereATypeIsMissing) {
  workspace_.write("plugins/broken/manifest.json", "{");
  const std::string problems = load({entry_of("echo")});
  EXPECT_THAT(problems, HasSubstr("no plugin of type \"echo\". Searched: "));
  EXPECT_THAT(problems, HasSubstr("broken/manifest.json: Invalid JSON"));
}

TEST_F(CatalogTest, ReportsWhatCreateSaysAtTheSetting) {
  workspace_.install("echo");
  ProviderEntry entry = entry_of("echo");
  entry.config = map_of({{"account", map_of({{"name", scalar_of("nobody")}})}});
  EXPECT_EQ(load({entry}),
            "patchbay.yaml:5:20: providers.one.config.account.name: the account does not exist\n");
}

TEST_F(CatalogTest, ReportsWhatCreateSaysAtTheNearestSettingThereIs) {
  workspace_.install("echo");
  ProviderEntry entry = entry_of("echo");
  entry.config = map_of({{"account", scalar_of("nobody")}});
  EXPECT_EQ(load({entry}),
            "patchbay.yaml:5:20: providers.one.config.account: the account does not exist\n");
}

TEST_F(CatalogTest, RefusesASchemaThatIsNotTheLibrarys) {
  workspace_.install("echo");
  give_schema(R"({"type": "object", "required": ["token"]})");
  const std::string problems = load({entry_of("echo")});
  EXPECT_THAT(problems, HasSubstr("providers.one.config: missing required key \"token\""));
  EXPECT_THAT(problems, HasSubstr("is not the schema that the library was built with"));
}

TEST_F(CatalogTest, ReportsASchemaItCannotKeep) {
  workspace_.install("echo");
  give_schema("{\"type\": \"object\",\n \"minProperties\": 1}");
  EXPECT_THAT(load({entry_of("echo")}),
              HasSubstr("plugins/echo/s.json:2:19: the plugin's schema is wrong: unknown keyword "
                        "\"minProperties\""));
}

TEST_F(CatalogTest, ChecksTheConfigurationByTheLibrarysOwnSchema) {
  workspace_.install("echo");
  ProviderEntry entry = entry_of("echo");
  entry.config = scalar_of("no mapping");
  entry.config.origin = {"patchbay.yaml", 4, 13};
  EXPECT_EQ(load({entry}),
            "patchbay.yaml:4:13: providers.one.config: expected a mapping (name: value), got \"no "
            "mapping\"\n");
}

}  // namespace
}  // namespace patchbay::plugin_host
