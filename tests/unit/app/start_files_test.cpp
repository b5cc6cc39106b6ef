#include "core/app/start_files.hpp"

#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace patchbay::app {
namespace {

using testing::ElementsAre;

settings::Environment environment_of(std::map<std::string, std::string> variables) {
  settings::Environment environment;
  environment.current_folder = "/here";
  environment.lookup =
      [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  return environment;
}

std::optional<std::filesystem::path> choose(const std::optional<std::string>& option,
                                            const std::string& variable,
                                            const std::set<std::string>& files) {
  CommandLine line;
  if (option) line.config = *option;
  return choose_config(
      line,
      environment_of({{"PATCHBAY_CONFIG", variable}}),
      [&](const std::filesystem::path& path) { return files.contains(path.string()); });
}

TEST(ChooseConfig, PrefersTheOptionThenTheVariableThenTheFiles) {
  const std::set<std::string> all = {"/here/patchbay.yaml", "/etc/patchbay/patchbay.yaml"};
  EXPECT_EQ(choose("mine.yaml", "theirs.yaml", all), "mine.yaml");
  EXPECT_EQ(choose(std::nullopt, "theirs.yaml", all), "theirs.yaml");
  EXPECT_EQ(choose(std::nullopt, "", all), "patchbay.yaml");
  EXPECT_EQ(choose(std::nullopt, "", {"/etc/patchbay/patchbay.yaml"}),
            "/etc/patchbay/patchbay.yaml");
  EXPECT_EQ(choose(std::nullopt, "", {}), std::nullopt);
}

TEST(ChooseConfig, TakesANamedFileThatDoesNotExist) {
  EXPECT_EQ(choose("absent.yaml", "", {"/here/patchbay.yaml"}), "absent.yaml");
  EXPECT_EQ(choose(std::nullopt, "absent.yaml", {"/here/patchbay.yaml"}), "absent.yaml");
}

TEST(PluginFolders, SearchesCommandLineConfigurationAndBundle) {
  CommandLine line;
  line.plugins = {"mine", "/opt/mine"};
  settings::Settings settings;
  settings.plugins.path = {"/etc/patchbay/plugins"};
  EXPECT_THAT(
      plugin_folders(line, settings, environment_of({}), "/no/prefix"),
      ElementsAre("/here/mine", "/opt/mine", "/etc/patchbay/plugins", "/no/prefix/plugins"));
}

TEST(PluginFolders, NamesNoFolderTwice) {
  CommandLine line;
  line.plugins = {"/no/prefix/./plugins/"};
  settings::Settings settings;
  settings.plugins.path = {"/no/prefix/plugins", "/no/other/../prefix/plugins"};
  EXPECT_THAT(plugin_folders(line, settings, environment_of({}), "/no/prefix"),
              ElementsAre("/no/prefix/plugins"));
}

TEST(PluginFolders, FindsInstalledPlugins) {
  const std::filesystem::path prefix = std::filesystem::path(testing::TempDir()) / "installed";
  std::filesystem::create_directories(prefix / "lib/patchbay/plugins/1");
  EXPECT_THAT(plugin_folders({}, {}, environment_of({}), prefix),
              ElementsAre(prefix / "plugins", prefix / "lib/patchbay/plugins/1"));
  std::filesystem::remove_all(prefix);
}

}  // namespace
}  // namespace patchbay::app
