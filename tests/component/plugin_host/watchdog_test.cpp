// Plugins that do not do in time what they must: they are left alone, and nobody waits for them.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Watchdog : public testing::Test {
 protected:
  Watchdog() { std::filesystem::create_directory(gate_); }

  void TearDown() override { worker_.stop(); }

  // Serves with that version of the pacer.
  void serve(const std::string& version, Patience patience) {
    workspace_.update(version, "pacer");
    Catalog::Options options = options_of(workspace_, log_);
    options.patience = patience;
    catalog_ = std::make_unique<Catalog>(options);
    load();
  }

  void load() {
    ProviderEntry entry = entry_of("pacer");
    entry.config = map_of({{"gate", scalar_of(gate_.string())}});
    std::vector<Problem> problems;
    auto instances = catalog_->load({entry}, problems);
    ASSERT_EQ(lines_of(problems), "");
    instance_ = instances.front();
    catalog_->publish(instances, std::chrono::minutes(30));
  }

  std::unique_ptr<Call> start(TestRequest& request) {
    auto call = *Call::create(instance_, request.value, recorder_, worker_.post());
    EXPECT_EQ(call->start(), PBAY_OK);
    return call;
  }

  // Whether that generation of this test's pacer is mapped.
  bool mapped(const std::string& name) const {
    return is_mapped((workspace_.folder() / "state" / "test.pacer" / name).string());
  }

  GenerationState first_generation() const { return catalog_->plugins().at(0).generations.at(0); }

  Workspace workspace_;
  const std::filesystem::path gate_ = workspace_.folder() / "gate";
  LogBook log_;
  TestWorker worker_;
  Recorder recorder_;
  TestRequest request_{"any"};
  std::unique_ptr<Catalog> catalog_;
  std::shared_ptr<Instance> instance_;
};

constexpr std::chrono::milliseconds kSoon{20};
constexpr std::chrono::minutes kLong{1};

TEST_F(Watchdog, OrphansACallThatIsNotCompletedAfterItsCancellation) {
  serve("pacer_never_completes", {.control = kLong, .complete = kSoon});
  auto call = start(request_);
  call.reset();
  ASSERT_TRUE(log_.wait_for("did not complete a call in time after cancel()", 1));
  worker_.run_ready();
  EXPECT_EQ(catalog_->counts().at("test.pacer").orphaned, 1U);
  EXPECT_EQ(instance_->live_calls(), 0U);
  EXPECT_EQ(first_generation().state, "retained");
  EXPECT_EQ(first_generation().why, "a call of it was never completed");

  // The plugin's side stays as it is, and nobody waits for it.
  workspace_.update("pacer2", "pacer");
  load();
  catalog_->settle();
  EXPECT_TRUE(mapped("2.0.0-g1-"));
  EXPECT_EQ(catalog_->retained(), 1U);
}

TEST_F(Watchdog, TellsWhoeverStillWaitsForSuchACall) {
  serve("pacer_never_completes", {.control = kLong, .complete = kSoon});
  auto call = start(request_);
  recorder_.answer = PBAY_E_CANCELLED;
  ASSERT_TRUE(worker_.run_until([this] { return !recorder_.ends.empty(); }));
  EXPECT_THAT(recorder_.ends, ElementsAre(PBAY_E_TIMEOUT));
  EXPECT_EQ(call->error().message, "the provider did not end the call when it was told to");
  call.reset();
  worker_.run_ready();
  ASSERT_TRUE(log_.wait_for("did not complete a call in time after cancel()", 1));
  EXPECT_EQ(catalog_->counts().at("test.pacer").orphaned, 1U);
}

TEST_F(Watchdog, LeavesACallAloneThatIsCompletedInTime) {
  serve("pacer1", {.control = kLong, .complete = kLong});
  auto call = start(request_);
  call.reset();
  ASSERT_TRUE(worker_.run_until([this] { return instance_->live_calls() == 0; }));
  EXPECT_TRUE(catalog_->counts().empty());
  EXPECT_EQ(first_generation().state, "live");
}

TEST_F(Watchdog, KeepsTheCodeOfAThreadThatWasLeftBehind) {
  serve("pacer_leaves_a_thread", {.control = kLong, .complete = kLong});
  instance_.reset();
  workspace_.update("pacer1", "pacer");
  load();
  catalog_->settle();
  EXPECT_EQ(log_.count("left a thread behind after deinit()", PBAY_LOG_MISBEHAVIOUR), 1U);
  EXPECT_TRUE(mapped("2.0.0-g1-"));
  EXPECT_EQ(first_generation().state, "retained");
  EXPECT_EQ(first_generation().why, "a thread of it still runs");
}
TEST_F(Watchdog, DoesNotWaitForAFunctionThatDoesNotReturn) {
  serve("pacer_hangs_in_destroy", {.control = kSoon, .complete = kLong});
  instance_.reset();
  workspace_.update("pacer1", "pacer");
  load();
  catalog_->settle();
  EXPECT_EQ(log_.count("destroy() has not returned in time", PBAY_LOG_MISBEHAVIOUR), 1U);
  EXPECT_EQ(first_generation().state, "retained");
  EXPECT_EQ(first_generation().why, "its destroy() does not return");
  EXPECT_TRUE(mapped("2.0.0-g1-"));

  // Should it return after all, the rest follows.
  std::filesystem::remove(gate_);
  ASSERT_TRUE(
      worker_.wait_until([&] { return catalog_->plugins().at(0).generations.size() == 1; }));
  EXPECT_FALSE(mapped("2.0.0-g1-"));
}

}  // namespace
}  // namespace patchbay::plugin_host
