// Plugins that are missing, lie or fail: each stops the start with a message that says what to do,
// and none stops the host.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

struct Faulty {
  const char* type;
  const char* message;
};

std::vector<Problem> load_all(const std::vector<ProviderEntry>& entries) {
  LogBook log;
  Catalog catalog({.search_path = {PATCHBAY_TEST_PLUGINS},
                   .state_folder = {},
                   .host_version = "0.0.1",
                   .log = log.sink(),
                   .log_level = PBAY_LOG_INFO});
  std::vector<Problem> problems;
  EXPECT_TRUE(catalog.load(entries, problems).empty());
  return problems;
}

class FaultyPlugin : public testing::TestWithParam<Faulty> {};

TEST_P(FaultyPlugin, StopsTheStartWithAReason) {
  const std::vector<Problem> problems = load_all({entry_of(GetParam().type)});
  ASSERT_EQ(problems.size(), 1U) << lines_of(problems);
  EXPECT_EQ(problems[0].origin.line, 3);
  EXPECT_THAT(problems[0].path, StartsWith("providers.one"));
  EXPECT_THAT(problems[0].message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All,
    FaultyPlugin,
    testing::Values(
        Faulty{"wrong_magic", "gives no plugin descriptor (wrong magic number)"},
        Faulty{"newer_host",
               "needs plugin ABI 1.99, this Patchbay has 1.0; update Patchbay or install an older "
               "version of the plugin"},
        Faulty{"other_major", "is made for plugin ABI 2, this Patchbay has 1.0"},
        Faulty{"other_version",
               "manifest and library do not belong together; install both from one package; "
               "version: the manifest says \"1.0.0\", the library \"9.9.9\""},
        Faulty{"other_id",
               "the manifest says \"test.other_id\", the library "
               "\"test.somebody_else\""},
        Faulty{"other_modes", "name different modes for the provider type \"other_modes\""},
        Faulty{"other_type", "the library has no provider type \"other_type\""},
        Faulty{"refuses_host",
               "refuses this Patchbay (0.0.1, ABI 1.0); install another version of the plugin"},
        Faulty{"small_descriptor", "its descriptor is too small for ABI 1.0"},
        Faulty{"small_table", "a provider type of it is too small for ABI 1.0"},
        Faulty{"lacks_function", "its provider type \"lacks_function\" lacks a function"},
        Faulty{"init_fails", "its init() failed: no licence"},
        Faulty{"create_fails", "the moon is in the wrong place"},
        Faulty{"null_provider", "create() succeeded without a provider"},
        Faulty{"describe_fails", "at a loss for words"},
        Faulty{"broken_caps", "describe() gave a broken list"},
        Faulty{"needs_refresh", "patchbay.provider.credentials/1"},
        Faulty{"no_entry", "exports no function patchbay_plugin_entry_v1"},
        Faulty{"unresolved", "undefined symbol: patchbay_test_function_that_nobody_has"}),
    [](const testing::TestParamInfo<Faulty>& tested) { return std::string(tested.param.type); });

TEST(FaultyPlugins, AreAllNamedAtOnce) {
  const std::vector<Problem> problems = load_all({entry_of("wrong_magic", "a"),
                                                  entry_of("echo", "b"),
                                                  entry_of("create_fails", "c"),
                                                  entry_of("nothing_like_it", "d"),
                                                  entry_of("wrong_magic", "e")});
  EXPECT_THAT(lines_of(problems),
              MatchesRegex("patchbay.yaml:3:20: providers.a.plugin: .*\n"
                           "patchbay.yaml:3:3: providers.c: .*\n"
                           "patchbay.yaml:3:20: providers.d.plugin: .*\n"))
      << "a library that cannot be loaded is named once";
}

TEST(FaultyPlugins, ThatAreMissingAreNamedWithTheNearest) {
  const std::vector<Problem> problems = load_all({entry_of("ehco")});
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(
      problems[0].text(),
      MatchesRegex("patchbay.yaml:3:20: providers.one.plugin: no plugin of type \"ehco\" - "
                   "did you mean \"echo\"\\? Searched: .*/test_plugins \\([0-9]+ plugins\\)"));
}

TEST(FaultyPlugins, AreNotLoadedUnlessNamed) {
  LogBook log;
  Catalog catalog({.search_path = {PATCHBAY_TEST_PLUGINS},
                   .state_folder = {},
                   .host_version = "0.0.1",
                   .log = log.sink(),
                   .log_level = PBAY_LOG_INFO});
  std::vector<Problem> problems;
  EXPECT_EQ(catalog.load({entry_of("echo")}, problems).size(), 1U);
  EXPECT_EQ(lines_of(problems), "");
  EXPECT_FALSE(is_mapped("test.wrong_magic"));
}

}  // namespace
}  // namespace patchbay::plugin_host
