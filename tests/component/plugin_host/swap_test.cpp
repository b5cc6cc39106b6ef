// Going from one version of a plugin to another while it is in use, and back.

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Swap : public testing::Test {
 protected:
  using Instances = std::vector<std::shared_ptr<Instance>>;

  Swap() {
    options_ = options_of(workspace_, log_);
    options_.probe_command = {PATCHBAY_PROBE};
    options_.patience.control = std::chrono::seconds(20);
  }

  // Begins to serve with what is installed.
  void serve(const std::vector<ProviderEntry>& entries) {
    entries_ = entries;
    catalog_ = std::make_unique<Catalog>(options_);
    ASSERT_EQ(change({}), "");
  }

  // What is wrong; nothing when the change is in force.
  std::string change(const Change& change) {
    std::vector<Problem> problems;
    Instances instances = catalog_->load(entries_, problems, change);
    if (!problems.empty()) return lines_of(problems);
    instances_ = std::move(instances);
    catalog_->publish(instances_, std::chrono::minutes(30));
    return {};
  }

  static Change reload(bool insist = false) {
    return {Change::Kind::kReload, "test.pacer", insist};
  }
  static Change rollback() { return {Change::Kind::kRollback, "test.pacer", false}; }

  // Whether that generation of this test's pacer is mapped.
  bool mapped(const std::string& name) const {
    return is_mapped((workspace_.folder() / "state" / "test.pacer" / name).string());
  }

  PluginState state(const std::string& id = "test.pacer") const {
    for (const PluginState& plugin : catalog_->plugins()) {
      if (plugin.id == id) return plugin;
    }
    return {};
  }

  Workspace workspace_;
  LogBook log_;
  Catalog::Options options_;
  std::vector<ProviderEntry> entries_;
  std::unique_ptr<Catalog> catalog_;
  Instances instances_;
};

TEST_F(Swap, TakesTheNewVersionAndLetsGoOfTheOldOne) {
  workspace_.update("pacer1", "pacer");
  serve({entry_of("pacer")});
  const auto old = instances_.front();
  EXPECT_EQ(old->plugin_version(), "1.0.0");
  EXPECT_EQ(state().version, "1.0.0");
  EXPECT_EQ(state().generation, 1U);
  EXPECT_EQ(state().state(), "live");
  EXPECT_EQ(state().previous_version, "");
  EXPECT_THAT(state().providers, ElementsAre("one"));
  EXPECT_THAT(state().models, ElementsAre("pacer-1.0.0"));
  EXPECT_THAT(state().modes, ElementsAre("chat"));

  workspace_.update("pacer2", "pacer");
  ASSERT_EQ(change(reload()), "");
  EXPECT_EQ(instances_.front()->plugin_version(), "2.0.0");
  EXPECT_EQ(state().version, "2.0.0");
  EXPECT_EQ(state().generation, 2U);
  EXPECT_EQ(state().previous_version, "1.0.0");
  EXPECT_EQ(state().swaps, 1U);
  // The old instance is still held, by a request from before, say; its generation goes all the
  // same.
  catalog_->settle();
  EXPECT_FALSE(mapped("1.0.0-g1-"));
  EXPECT_EQ(state().generations.size(), 1U);
  EXPECT_EQ(old->models().front().id, "pacer-1.0.0") << "what it says of itself stays";
}

TEST_F(Swap, SendsLateComersToTheSuccessor) {
  workspace_.update("pacer1", "pacer");
  serve({entry_of("pacer")});
  const auto old = instances_.front();
  workspace_.update("pacer2", "pacer");
  ASSERT_EQ(change(reload()), "");
  workspace_.update("pacer3", "pacer");
  ASSERT_EQ(change(reload()), "");
  catalog_->settle();

  TestWorker worker;
  Recorder recorder;
  TestRequest request("any");
  auto call = *Call::create(old, request.value, recorder, worker.post());
  EXPECT_EQ(call->instance().plugin_version(), "3.0.0");
  call.reset();

  // One that has none is an error, and nothing worse.
  const auto last = instances_.front();
  entries_.clear();
  ASSERT_EQ(change({}), "");
  const auto none = Call::create(last, request.value, recorder, worker.post());
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("is not there any more"));
}

TEST_F(Swap, LeavesAloneWhatHasNotChanged) {
  workspace_.update("pacer1", "pacer");
  workspace_.install("echo");
  serve({entry_of("pacer", "a"), entry_of("echo", "b"), entry_of("echo", "c")});
  const Instances before = instances_;
  workspace_.update("pacer2", "pacer");
  workspace_.update("echo2", "echo");
  ASSERT_EQ(change(reload()), "");
  EXPECT_NE(instances_[0], before[0]);
  EXPECT_EQ(instances_[1], before[1]);
  EXPECT_EQ(instances_[1]->plugin_version(), "1.0.0") << "only the one that was asked for";
  ASSERT_EQ(change({}), "");
  EXPECT_EQ(instances_[1]->plugin_version(), "2.0.0");

  const Instances middle = instances_;
  ASSERT_EQ(change({}), "");
  EXPECT_EQ(instances_, middle) << "nothing has changed at all";
  entries_[1].config = map_of({{"key", scalar_of("value")}});
  entries_[2].surroundings = "another proxy";
  ASSERT_EQ(change({}), "");
  EXPECT_EQ(instances_[0], middle[0]);
  EXPECT_NE(instances_[1], middle[1]);
  EXPECT_NE(instances_[2], middle[2]);
  EXPECT_EQ(instances_[1]->generation(), middle[1]->generation()) << "of the same code";
}

class BadVersion : public Swap,
                   public testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(BadVersion, IsRefusedWhileTheOldOneServes) {
  workspace_.update("pacer1", "pacer");
  serve({entry_of("pacer")});
  const auto old = instances_.front();
  workspace_.update(GetParam().first, "pacer");
  EXPECT_THAT(change(reload()), HasSubstr(GetParam().second));
  EXPECT_EQ(state().generation, 1U);
  EXPECT_EQ(state().version, "1.0.0");
  EXPECT_EQ(state().refused, 1U);
  EXPECT_THAT(state().last_error, HasSubstr(GetParam().second));
  EXPECT_GT(state().last_error_ms, 0);
  catalog_->settle();
  EXPECT_FALSE(mapped("2.0.0-g2-"));

  TestWorker worker;
  Recorder recorder;
  TestRequest request("any");
  auto call = *Call::create(old, request.value, recorder, worker.post());
  EXPECT_EQ(call->instance().plugin_version(), "1.0.0");
  call.reset();

  workspace_.update("pacer3", "pacer");
  EXPECT_EQ(change(reload()), "") << "the next, good one is taken";
  EXPECT_EQ(state().version, "3.0.0");
  EXPECT_EQ(state().last_error, "");
}

INSTANTIATE_TEST_SUITE_P(
    All,
    BadVersion,
    testing::Values(std::pair("pacer_crashes_in_init", "while it was loaded and its init() ran"),
                    std::pair("pacer_crashes_in_create", "while it made the provider \"one\""),
                    std::pair("pacer_refuses", "not without a licence"),
                    std::pair("pacer_is_of_another_abi", "is made for plugin ABI 2")),
    [](const auto& tested) { return std::string(tested.param.first); });

TEST_F(Swap, RefusesALibraryThatIsNotItsManifests) {
  workspace_.update("pacer1", "pacer");
  serve({entry_of("pacer")});
  workspace_.update("pacer2", "pacer");
  const std::string wrong(64, 'a');
  workspace_.edit(
      "plugins/pacer/manifest.json", "\"arch\"", "\"sha256\": \"" + wrong + "\", \"arch\"");
  EXPECT_THAT(change(reload()),
              HasSubstr("the library is not the one that its manifest was made for: it has the "
                        "sha256 "));
  EXPECT_FALSE(mapped("2.0.0-g2-"));
  EXPECT_EQ(catalog_->list().front().problems.size(), 1U);

  const std::string right = catalog_->list().front().sha256;
  ASSERT_EQ(right.size(), 64U);
  workspace_.edit("plugins/pacer/manifest.json", wrong, right);
  EXPECT_EQ(change(reload()), "");
  EXPECT_EQ(state().sha256, right);
  EXPECT_THAT(catalog_->list().front().problems, IsEmpty());
}

TEST_F(Swap, LoadsOnlyTheLibraryThatAnEntryInsistsOn) {
  workspace_.update("pacer1", "pacer");
  ProviderEntry entry = entry_of("pacer");
  entry.sha256 = Catalog(options_).list().front().sha256;
  entry.sha256_origin = {"patchbay.yaml", 7, 9};
  serve({entry});
  workspace_.update("pacer2", "pacer");
  const std::string why = change(reload());
  EXPECT_THAT(why, HasSubstr("patchbay.yaml:7:9: providers.one.sha256: the library \""));
  EXPECT_THAT(why, HasSubstr(Catalog(options_).list().front().sha256));
  EXPECT_EQ(state().version, "1.0.0");
  entries_.front().sha256 = std::string(64, '0');
  EXPECT_THAT(change({}), HasSubstr("providers.one.sha256")) << "the one in use is no exception";
}

TEST_F(Swap, GoesBackAndForthAndStaysThere) {
  workspace_.update("pacer1", "pacer");
  serve({entry_of("pacer")});
  EXPECT_THAT(change(rollback()), HasSubstr("no earlier version"));
  workspace_.update("pacer2", "pacer");
  ASSERT_EQ(change(reload()), "");
  ASSERT_EQ(change(rollback()), "");
  EXPECT_EQ(state().version, "1.0.0");
  EXPECT_EQ(state().generation, 3U);
  EXPECT_EQ(state().previous_version, "2.0.0");
  EXPECT_TRUE(state().held_back);
  catalog_->settle();
  EXPECT_FALSE(mapped("2.0.0-g2-"));
  EXPECT_TRUE(mapped("1.0.0-g3-"));

  // What was gone back from is not taken again by itself, whoever looks.
  const fs::path folder = fs::canonical(workspace_.folder() / "plugins" / "pacer");
  EXPECT_THAT(catalog_->changed_in({folder}), IsEmpty());
  ASSERT_EQ(change({}), "");
  ASSERT_EQ(change(reload()), "");
  EXPECT_EQ(state().version, "1.0.0");
  // But it is when somebody insists, or something else is installed.
  ASSERT_EQ(change(reload(true)), "");
  EXPECT_EQ(state().version, "2.0.0");
  EXPECT_FALSE(state().held_back);
  ASSERT_EQ(change(rollback()), "");
  workspace_.update("pacer3", "pacer");
  EXPECT_THAT(catalog_->changed_in({folder}), ElementsAre("test.pacer"));
  ASSERT_EQ(change({}), "");
  EXPECT_EQ(state().version, "3.0.0");
  EXPECT_EQ(state().previous_version, "1.0.0");
}

TEST_F(Swap, NoticesWhatHasChangedWhereItIsAskedAbout) {
  workspace_.update("pacer1", "pacer");
  workspace_.install("echo");
  serve({entry_of("pacer")});
  const fs::path folder = fs::canonical(workspace_.folder() / "plugins" / "pacer");
  EXPECT_THAT(catalog_->changed_in({folder}), IsEmpty());
  workspace_.update("pacer2", "pacer");
  workspace_.update("echo2", "echo");
  EXPECT_THAT(catalog_->changed_in({}), IsEmpty());
  EXPECT_THAT(catalog_->changed_in({folder, folder.parent_path() / "echo"}),
              ElementsAre("test.pacer"))
      << "nobody uses the other one";
  workspace_.write("plugins/pacer/manifest.json", "{");
  EXPECT_THAT(catalog_->changed_in({folder}), ElementsAre("test.pacer"));
  EXPECT_THAT(change(reload()), HasSubstr("plugins/pacer/manifest.json: Invalid JSON"));
  EXPECT_EQ(state().version, "1.0.0");
  EXPECT_THAT(catalog_->folders(), testing::Contains(folder));
}

TEST_F(Swap, KeepsWhatMustStayMappedAndCountsIt) {
  options_.retained_warn = 1;
  options_.retained_max = 2;
  workspace_.update("pacer_is_tied", "pacer");
  serve({entry_of("pacer")});
  const auto touch = [&] { workspace_.update("pacer_is_tied", "pacer"); };
  touch();
  ASSERT_EQ(change(reload()), "");
  catalog_->settle();
  EXPECT_EQ(catalog_->retained(), 1U);
  EXPECT_TRUE(mapped("2.0.0-g1-"));
  ASSERT_EQ(state().generations.size(), 2U);
  EXPECT_EQ(state().generations[0].state, "retained");
  EXPECT_EQ(state().generations[0].why, "it needs pthread_key_create");
  EXPECT_EQ(state().generations[1].state, "live");
  EXPECT_EQ(log_.count("1 generations of plugins that have ended are still mapped", PBAY_LOG_WARN),
            1U);
  touch();
  ASSERT_EQ(change(reload()), "");
  catalog_->settle();
  touch();
  EXPECT_THAT(
      change(reload()),
      HasSubstr("2 generations of plugins have ended and cannot be unmapped, so no more are "
                "loaded; restart Patchbay"));
  EXPECT_EQ(state().generation, 3U);
}

TEST_F(Swap, LeavesNothingBehindWhenAnotherEntryIsWrong) {
  workspace_.update("pacer1", "pacer");
  workspace_.install("echo");
  serve({entry_of("pacer", "a"), entry_of("echo", "b")});
  workspace_.update("pacer2", "pacer");
  entries_[1].config = map_of({{"account", map_of({{"name", scalar_of("nobody")}})}});
  EXPECT_THAT(change({}), HasSubstr("the account does not exist"));
  EXPECT_EQ(state().version, "1.0.0");
  catalog_->settle();
  EXPECT_FALSE(mapped("2.0.0-g2-"));
  // And the one in use is known as such again.
  workspace_.update("pacer1", "pacer");
  entries_[1].config = {};
  ASSERT_EQ(change({}), "");
}

}  // namespace
}  // namespace patchbay::plugin_host
