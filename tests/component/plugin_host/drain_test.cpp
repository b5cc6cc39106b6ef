// Calls of a generation that was replaced: they end well, or when its time is over.

#include <chrono>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Drain : public testing::Test {
 protected:
  void SetUp() override {
    workspace_.update("pacer1", "pacer");
    workspace_.install("echo");
    std::filesystem::create_directory(gates_);
    entries_ = {entry_of("pacer", "paced"), entry_of("echo", "echoed")};
    entries_[0].config = map_of({{"gate", scalar_of(gates_.string())}});
    replace(std::chrono::minutes(30));
  }

  // What plugins still say reaches nobody.
  void TearDown() override { worker_.stop(); }

  // Loads what is installed, and gives what it takes the place of that long.
  void replace(std::chrono::milliseconds drain_timeout) {
    std::vector<Problem> problems;
    instances_ = catalog_.load(entries_, problems);
    ASSERT_EQ(lines_of(problems), "");
    catalog_.publish(instances_, drain_timeout);
  }

  std::unique_ptr<Call> open(const std::shared_ptr<Instance>& instance, Recorder& recorder) {
    requests_.push_back(std::make_unique<TestRequest>("any"));
    auto call = Call::create(instance, requests_.back()->value, recorder, worker_.post());
    EXPECT_TRUE(call);
    return call ? *std::move(call) : nullptr;
  }

  // Whether that generation of this test's pacer is mapped.
  bool mapped(const std::string& name) const {
    return is_mapped((workspace_.folder() / "state" / "test.pacer" / name).string());
  }

  void open_gate(const std::string& version) { std::ofstream(gates_ / version) << "open"; }

  Workspace workspace_;
  const std::filesystem::path gates_ = workspace_.folder() / "gates";
  LogBook log_;
  TestWorker worker_;
  std::vector<std::unique_ptr<TestRequest>> requests_;
  std::vector<ProviderEntry> entries_;
  Catalog catalog_{options_of(workspace_, log_)};
  std::vector<std::shared_ptr<Instance>> instances_;
};

TEST_F(Drain, EndsWithTheLastCall) {
  Recorder old_words;
  Recorder new_words;
  auto old_call = open(instances_[0], old_words);
  ASSERT_EQ(old_call->start(), PBAY_OK);
  workspace_.update("pacer2", "pacer");
  replace(std::chrono::minutes(30));
  auto new_call = open(instances_[0], new_words);
  ASSERT_EQ(new_call->start(), PBAY_OK);

  const auto generations = [&] {
    std::vector<std::string> states;
    for (const PluginState& plugin : catalog_.plugins()) {
      for (const GenerationState& one : plugin.generations) {
        if (plugin.id == "test.pacer") {
          states.push_back(one.version + " " + one.state + " " + std::to_string(one.calls));
        }
      }
    }
    return states;
  };
  EXPECT_THAT(generations(), ElementsAre("1.0.0 draining 1", "2.0.0 live 1"));
  EXPECT_TRUE(mapped("1.0.0-g1-"));
  open_gate("1.0.0");
  ASSERT_TRUE(worker_.run_until([&] { return !old_words.ends.empty(); }));
  EXPECT_THAT(old_words.ends, ElementsAre(PBAY_OK));
  EXPECT_TRUE(old_words.text.ends_with("end"));
  EXPECT_EQ(old_words.text.find("2.0.0"), std::string::npos);
  old_call.reset();
  // The plugin's own thread may be the last to let go of the call.
  ASSERT_TRUE(worker_.wait_until([&] { return generations().size() == 1; }));
  EXPECT_THAT(generations(), ElementsAre("2.0.0 live 1"));
  EXPECT_FALSE(mapped("1.0.0-g1-"));

  ASSERT_TRUE(worker_.run_until([&] { return !new_words.text.empty(); }));
  EXPECT_TRUE(new_words.text.starts_with("2.0.0:0 "));
}

TEST_F(Drain, EndsCallsThatTakeTooLong) {
  Recorder paced;
  Recorder echoed;
  auto paced_call = open(instances_[0], paced);
  auto echoed_call = open(instances_[1], echoed);
  ASSERT_EQ(paced_call->start(), PBAY_OK);
  workspace_.update("pacer2", "pacer");
  workspace_.update("echo2", "echo");
  replace(std::chrono::milliseconds(20));
  ASSERT_TRUE(worker_.run_until([&] { return !paced.ends.empty() && !echoed.ends.empty(); }));
  EXPECT_THAT(paced.ends, ElementsAre(PBAY_E_CANCELLED));
  EXPECT_THAT(echoed.ends, ElementsAre(PBAY_E_CANCELLED));
  for (const Call* call : {paced_call.get(), echoed_call.get()}) {
    EXPECT_EQ(call->error().category, PBAY_ERR_OVERLOADED);
    EXPECT_EQ(call->error().code, "plugin_replaced");
    EXPECT_THAT(call->error().message, HasSubstr("plugins.drain_timeout"));
  }
  paced_call.reset();
  echoed_call.reset();
  EXPECT_TRUE(worker_.wait_until([&] { return !mapped("1.0.0-g1-"); }));
  EXPECT_EQ(catalog_.counts().at("test.pacer").cut, 1U);
  EXPECT_EQ(log_.count("generation 1 had to go: answers of the provider \"paced\"", PBAY_LOG_WARN),
            1U);
  EXPECT_EQ(paced.ends.size() + echoed.ends.size(), 2U) << "once each";
}

TEST_F(Drain, KeepsTheRequestUntilThePluginHasEnded) {
  Recorder recorder;
  auto request = std::make_unique<TestRequest>("a model with a long name, for its own memory");
  auto call = *Call::create(instances_[0], request->value, recorder, worker_.post());
  ASSERT_EQ(call->start(), PBAY_OK);
  call.reset();
  request.reset();
  EXPECT_TRUE(log_.wait_for("a model with a long name, for its own memory", 1));
}

TEST_F(Drain, LeavesNewCallsAlone) {
  Recorder recorder;
  workspace_.update("pacer2", "pacer");
  replace(std::chrono::milliseconds(1));
  auto call = open(instances_[0], recorder);
  ASSERT_EQ(call->start(), PBAY_OK);
  ASSERT_TRUE(worker_.run_until([&] { return recorder.events > 5; }));
  EXPECT_TRUE(recorder.ends.empty());
  EXPECT_TRUE(recorder.text.starts_with("2.0.0:0 2.0.0:1 "));
}

}  // namespace
}  // namespace patchbay::plugin_host
