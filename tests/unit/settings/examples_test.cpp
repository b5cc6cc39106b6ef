// The configuration files that we hand out are right, and say what the program's defaults are.

#include <filesystem>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/settings/built_in.hpp"
#include "core/settings/environment_file.hpp"
#include "tests/unit/settings/fixture_files.hpp"

namespace patchbay::settings {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

class ExampleFile : public testing::TestWithParam<fs::path> {};

TEST_P(ExampleFile, LoadsWithoutProblemsOrWarnings) {
  const TemporaryFolder secrets;
  const std::string key_file = secrets.write("key", "sk-0123456789abcdef\n").string();
  const Loaded loaded =
      load_file(GetParam(), environment_of({{"KEY_FILE", key_file}, {"API_KEY_FILE", key_file}}));
  EXPECT_EQ(text_of(loaded.problems), "");
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_FALSE(loaded.settings.models.empty());
}

std::vector<fs::path> handed_out() {
  std::vector<fs::path> files = files_in(fs::path(PATCHBAY_CONFIG_FOLDER) / "examples", ".yaml");
  files.push_back(fs::path(PATCHBAY_CONFIG_FOLDER) / "patchbay.yaml");
  return files;
}

std::string name_of_file(const testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.stem().string();
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Settings, ExampleFile, testing::ValuesIn(handed_out()), name_of_file);

TEST(BuiltIn, IsTheFileThatExplainsEveryKey) {
  const std::string file = read_whole(fs::path(PATCHBAY_CONFIG_FOLDER) / "patchbay.yaml");
  EXPECT_EQ(std::string(built_in_yaml()), file);
  for (const char* key : {"listen:",
                          "workers:",
                          "cors_origins:",
                          "hosts:",
                          "basic:",
                          "keys:",
                          "anonymous:",
                          "environment:",
                          "trusted_proxies:",
                          "requests:",
                          "window:",
                          "routes:",
                          "fail_closed:",
                          "level:",
                          "path:",
                          "plugin:",
                          "enabled:",
                          "connect_timeout:",
                          "first_byte_timeout:",
                          "idle_timeout:",
                          "total_timeout:",
                          "proxy:",
                          "addresses:",
                          "record:",
                          "config:",
                          "provider:",
                          "model:"}) {
    EXPECT_THAT(file, HasSubstr(key));
  }
}

TEST(BuiltIn, SaysTheDefaultsThatTheProgramHas) {
  const Loaded built_in = load_built_in(environment_of({}), "/prefix");
  const Settings defaults;
  EXPECT_EQ(built_in.settings.server.listen, defaults.server.listen);
  EXPECT_EQ(built_in.settings.server.workers, defaults.server.workers);
  EXPECT_EQ(built_in.settings.server.cors_origins, defaults.server.cors_origins);
  EXPECT_EQ(built_in.settings.server.hosts, defaults.server.hosts);
  EXPECT_EQ(built_in.settings.log.level, defaults.log.level);
  EXPECT_THAT(built_in.settings.access.basic, IsEmpty());
  EXPECT_THAT(built_in.settings.access.keys, IsEmpty());
  EXPECT_EQ(built_in.settings.access.anonymous, defaults.access.anonymous);
  EXPECT_THAT(built_in.settings.access.trusted_proxies, IsEmpty());
  EXPECT_EQ(built_in.settings.rate_limit.requests, defaults.rate_limit.requests);
  EXPECT_EQ(built_in.settings.rate_limit.window_ms, defaults.rate_limit.window_ms);
  EXPECT_EQ(built_in.settings.rate_limit.routes, defaults.rate_limit.routes);
  EXPECT_EQ(built_in.settings.rate_limit.fail_closed, defaults.rate_limit.fail_closed);
  EXPECT_EQ(built_in.settings.plugins.path, defaults.plugins.path);

  // The commented list of what a provider can say, read as if it were none.
  const std::string text(built_in_yaml());
  const auto written = [&](const std::string& key) {
    const std::size_t at = text.find("#     " + key + ": ") + key.size() + 8;
    const std::string value = text.substr(at, text.find_first_of(" \n", at) - at);
    const Loaded one = load("providers: { p: { plugin: x, " + key + ": " + value + " } }\n");
    EXPECT_EQ(text_of(one.problems), "") << key;
    return one.settings.providers.at(0);
  };
  EXPECT_EQ(written("connect_timeout").connect_timeout_ms, Provider{}.connect_timeout_ms);
  EXPECT_EQ(written("first_byte_timeout").first_byte_timeout_ms, Provider{}.first_byte_timeout_ms);
  EXPECT_EQ(written("idle_timeout").idle_timeout_ms, Provider{}.idle_timeout_ms);
  EXPECT_EQ(written("total_timeout").total_timeout_ms, Provider{}.total_timeout_ms);
  EXPECT_EQ(written("proxy").proxy, Provider{}.proxy);
  EXPECT_EQ(written("addresses").addresses, Provider{}.addresses);
  EXPECT_EQ(written("record").record, Provider{}.record);
  EXPECT_EQ(written("enabled").enabled, Provider{}.enabled);
}

// The text of the first block of `language` in the reference.
std::string block_of_reference(const std::string& language) {
  const std::string page = read_whole(PATCHBAY_CONFIGURATION_PAGE);
  const std::size_t fence = page.find("\n```" + language + "\n");
  EXPECT_NE(fence, std::string::npos);
  const std::size_t begin = page.find('\n', fence + 1) + 1;
  return page.substr(begin, page.find("```", begin) - begin);
}

TEST(Reference, ShowsAFileThatLoads) {
  const Loaded loaded = load(block_of_reference("yaml"), {{"OPENAI_API_KEY", "k"}});
  EXPECT_EQ(text_of(loaded.problems), "");
  EXPECT_THAT(loaded.warnings, IsEmpty());
}

TEST(Reference, ShowsAVariablesFileThatLoads) {
  Report report;
  const Variables variables = parse_environment_file(".env", block_of_reference("sh"), report);
  EXPECT_THAT(report.warnings(), IsEmpty());
  EXPECT_EQ(variables.at("PORT"), "9000");
  EXPECT_EQ(variables.at("MOTTO"), "two\nlines");
  EXPECT_EQ(variables.at("PATTERN"), "${untouched}\\n");
}

TEST(Reference, ShowsMessagesThatAreReallyGiven) {
  const std::string given =
      read_whole(fs::path(PATCHBAY_WRONG_FILES_FOLDER) / "everything_at_once.txt");
  std::istringstream shown(block_of_reference("text"));
  std::size_t lines = 0;
  for (std::string line; std::getline(shown, line); ++lines) {
    ASSERT_TRUE(line.starts_with("patchbay.yaml:")) << line;
    EXPECT_THAT(given, HasSubstr("wrong.yaml:" + line.substr(line.find(':') + 1) + "\n"));
  }
  EXPECT_GE(lines, 3U);
}

TEST(Reference, HasARowForEveryKey) {
  const std::string page = read_whole(PATCHBAY_CONFIGURATION_PAGE);
  // What the program says it knows when it is given a key that resembles none.
  const Loaded loaded = load(
      "zzzzzz: 1\nserver: { zzzzzz: 1 }\nlog: { zzzzzz: 1 }\nplugins: { zzzzzz: 1 }\n"
      "access: { zzzzzz: 1, basic: [{ username: u, password: p, zzzzzz: 1 }],\n"
      "          keys: [{ name: n, key: 0123456789abcdef, zzzzzz: 1 }] }\n"
      "rate_limit: { zzzzzz: 1 }\n"
      "defaults: { zzzzzz: 1 }\nproviders: { p: { plugin: x, zzzzzz: 1 } }\n"
      "models: { m: { provider: p, zzzzzz: 1 } }\n");
  ASSERT_EQ(loaded.problems.size(), 11U);
  for (const Problem& problem : loaded.problems) {
    const std::size_t begin = problem.message.find(" has ") + 5;
    std::istringstream keys(
        problem.message.substr(begin, problem.message.find(';', begin) - begin));
    for (std::string key; std::getline(keys >> std::ws, key, ',');) {
      const bool section = problem.path == "zzzzzz";
      EXPECT_THAT(page, HasSubstr(section ? "### `" + key + "`" : "| `" + key + "` |"));
    }
  }
}

}  // namespace
}  // namespace patchbay::settings
