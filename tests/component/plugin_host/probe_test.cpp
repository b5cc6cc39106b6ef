#include "core/plugin_host/probe.hpp"

#include <atomic>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/plugin_host/probe_words.hpp"
#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class Probe : public testing::Test {
 protected:
  std::string problems_of(const std::string& version, const ConfigValue& config = {}) {
    const auto folder = workspace_.update(version, "pacer");
    std::vector<Problem> problems;
    const Manifest manifest = read_manifest(folder / "manifest.json", problems);
    const Result<StagedPtr> staged = stage(manifest, workspace_.folder() / "state", "probed");
    EXPECT_TRUE(staged);
    if (!staged) return {};
    ProviderEntry entry = entry_of("pacer");
    entry.config = config;
    problems = probe(**staged, {entry}, options_);
    return lines_of(problems);
  }

  Workspace workspace_;
  ProbeOptions options_{.command = {PATCHBAY_PROBE}, .host_version = "0.0.1"};
};

TEST_F(Probe, FindsNothingWrongWithAGoodPlugin) {
  EXPECT_EQ(problems_of("pacer1"), "");
  EXPECT_FALSE(is_mapped("probed")) << "nothing of it was loaded here";
}

TEST_F(Probe, TellsWhatThePluginSaid) {
  EXPECT_EQ(problems_of("pacer_refuses"),
            "patchbay.yaml:3:3: providers.one: not without a licence\n");
  EXPECT_THAT(problems_of("pacer_is_of_another_abi"),
              HasSubstr("patchbay.yaml:3:20: providers.one.plugin: plugin test.pacer 2.0.0"));
  EXPECT_THAT(problems_of("pacer_is_of_another_abi"), HasSubstr("is made for plugin ABI 2"));
}

TEST_F(Probe, HoldsTheConfigurationToTheLibrarysSchema) {
  ConfigValue config = scalar_of("no mapping");
  config.origin = {"patchbay.yaml", 4, 13};
  EXPECT_EQ(problems_of("pacer1", config),
            "patchbay.yaml:4:13: providers.one.config: expected a mapping (name: value), got \"no "
            "mapping\"\n");
}

// Under a sanitizer the process ends by itself instead of being killed.
TEST_F(Probe, SurvivesACrash) {
  EXPECT_THAT(problems_of("pacer_crashes_in_init"),
              AnyOf(HasSubstr("crashed (signal 6) while it was loaded and its init() ran"),
                    HasSubstr(") while it was loaded and its init() ran")));
  EXPECT_THAT(problems_of("pacer_crashes_in_create"),
              HasSubstr(") while it made the provider \"one\""));
}

TEST_F(Probe, EndsOneThatDoesNotComeToAnEnd) {
  options_.patience = std::chrono::milliseconds(300);
  EXPECT_THAT(problems_of("pacer_hangs_in_init"), HasSubstr("did not come to an end within 0 s"));
}

TEST_F(Probe, IsGivenUpWhenSomethingElseIsWanted) {
  options_.interrupted = [] { return true; };
  EXPECT_THAT(problems_of("pacer_hangs_in_init"), HasSubstr("was given up"));
}

TEST_F(Probe, SaysSoWhereNoProcessCanBeStarted) {
  options_.command = {"/no/such/program"};
  EXPECT_THAT(problems_of("pacer1"), HasSubstr("cannot be tried out"));
  options_.command = {"/bin/true"};
  EXPECT_THAT(problems_of("pacer1"), HasSubstr("ended without a word (exit code 0)"));
}

TEST(ProbeWords, CarryAConfigurationWhole) {
  ProbeRequest request;
  request.host_version = "1.2.3";
  request.manifest.id = "test.x";
  request.manifest.version = "1";
  request.manifest.library = "/x/y.so";
  request.manifest.never_unload = true;
  request.manifest.types.push_back({"x", 3, "{\"type\": \"object\"}", "/x/schema.json"});
  ProviderEntry entry = entry_of("x", "name");
  ConfigValue secret = scalar_of("s\"ecret\n\x01");
  secret.secret = true;
  secret.quoted = true;
  secret.source = "${KEY}";
  ConfigValue list;
  list.kind = ConfigValue::Kind::kList;
  list.items = {scalar_of("1"), ConfigValue{}};
  entry.config = map_of({{"key", secret}, {"list", list}});
  request.entries = {entry};

  const Result<ProbeRequest> read = read_probe_request(to_json(request));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), to_json(request));
  const ConfigValue& config = read->entries.at(0).config;
  EXPECT_EQ(config.find("key")->text, secret.text);
  EXPECT_TRUE(config.find("key")->secret);
  EXPECT_EQ(config.find("key")->source, "${KEY}");
  EXPECT_EQ(config.find("list")->items.size(), 2U);
  EXPECT_FALSE(read_probe_request("{}"));
  EXPECT_FALSE(read_probe_request("no JSON"));
}

}  // namespace
}  // namespace patchbay::plugin_host
