// Two generations of one plugin side by side: an update while calls run.

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "tests/component/plugin_host/workspace.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;

void say_version(Call& call) {
  const std::string command = "version";
  const pbay_frame frame{
      {reinterpret_cast<const std::uint8_t*>(command.data()), command.size()}, {}, {}};
  EXPECT_EQ(call.on_frames(&frame, 1), PBAY_OK);
}

class Generations : public testing::Test {
 protected:
  std::shared_ptr<Instance> load(const std::string& type = "echo") {
    std::vector<Problem> problems;
    auto instances = catalog_.load({entry_of(type)}, problems);
    EXPECT_EQ(lines_of(problems), "");
    return instances.empty() ? nullptr : instances.front();
  }

  std::unique_ptr<Call> open(const std::shared_ptr<Instance>& instance) {
    return *Call::create(instance, request_.value, recorder_, worker_.post());
  }

  Workspace workspace_;
  LogBook log_;
  TestWorker worker_;
  Recorder recorder_;
  TestRequest request_{"model-a"};
  Catalog catalog_{options_of(workspace_, log_)};
};

TEST_F(Generations, AreListedWhileTheyLiveWithTheirCalls) {
  workspace_.install("echo");
  EXPECT_TRUE(catalog_.live().empty());
  auto old = load();
  auto call = open(old);
  ASSERT_EQ(catalog_.live().size(), 1U);
  EXPECT_EQ(catalog_.live()[0].plugin, "test.echo");
  EXPECT_EQ(catalog_.live()[0].provider, old->name());
  EXPECT_EQ(catalog_.live()[0].generation, 1U);
  EXPECT_EQ(catalog_.live()[0].calls, 1U);

  workspace_.update("echo2", "echo");
  const auto fresh = load();
  old.reset();
  ASSERT_EQ(catalog_.live().size(), 2U);  // the call still needs the old one
  EXPECT_EQ(catalog_.live()[1].generation, 2U);
  EXPECT_EQ(catalog_.live()[1].calls, 0U);
  call.reset();
  ASSERT_EQ(catalog_.live().size(), 1U);
  EXPECT_EQ(catalog_.live()[0].generation, 2U);
}

TEST_F(Generations, ServeSideBySideUntilTheOldOneIsDrained) {
  workspace_.install("echo");
  const std::string copies = (workspace_.folder() / "state" / "test.echo").string();

  auto old_instance = load();
  auto old_call = open(old_instance);
  say_version(*old_call);

  workspace_.update("echo2", "echo");
  auto new_instance = load();
  ASSERT_NE(new_instance, nullptr);
  EXPECT_EQ(new_instance->generation(), 2U);
  EXPECT_EQ(new_instance->plugin_version(), "2.0.0");
  TestRequest second("model-a");
  auto new_call = *Call::create(new_instance, second.value, recorder_, worker_.post());
  say_version(*new_call);
  say_version(*old_call);
  EXPECT_EQ(recorder_.text, "1.0.02.0.01.0.0");

  // The instance goes first, as when a new routing table takes the place of the old one.
  old_instance.reset();
  catalog_.settle();
  EXPECT_TRUE(is_mapped(copies + "/1.0.0-g1-"));
  old_call.reset();
  catalog_.settle();
  EXPECT_EQ(log_.count("deinit 1.0.0"), 1U);
  EXPECT_FALSE(is_mapped(copies + "/1.0.0-g1-"));

  EXPECT_TRUE(is_mapped(copies + "/2.0.0-g2-"));
  say_version(*new_call);
  EXPECT_EQ(recorder_.text, "1.0.02.0.01.0.02.0.0");
}

TEST_F(Generations, AreOneWhileTheLibraryStaysTheSame) {
  workspace_.install("echo");
  auto first = load();
  auto second = load();
  EXPECT_EQ(first->generation(), 1U);
  EXPECT_EQ(second->generation(), 1U);
  first.reset();
  second.reset();
  catalog_.settle();
  auto third = load();
  EXPECT_EQ(third->generation(), 2U) << "loaded afresh, since the code had gone";
}

TEST_F(Generations, LeaveNoFilesBehind) {
  workspace_.install("echo");
  auto instance = load();
  const fs::path state = workspace_.folder() / "state" / "test.echo";
  EXPECT_TRUE(fs::is_empty(state)) << "the copy is unlinked once it is mapped";
  EXPECT_EQ(fs::status(state).permissions(), fs::perms::owner_all);
}

TEST_F(Generations, StayMappedWhereThePluginSaysSo) {
  workspace_.install("pinned");
  auto instance = load("pinned");
  instance.reset();
  catalog_.settle();
  EXPECT_EQ(log_.count("deinit 1.0.0"), 1U);
  EXPECT_EQ(catalog_.retained(), 1U);
  EXPECT_TRUE(is_mapped("test.pinned/1.0.0-g1-"));
}

TEST_F(Generations, KeepTheOldOneWhenTheNewOneIsBroken) {
  const fs::path installed = workspace_.install("echo");
  auto instance = load();
  fs::remove(installed / "libpatchbay_echo.so");
  std::vector<Problem> problems;
  EXPECT_TRUE(catalog_.load({entry_of("echo")}, problems).empty());
  EXPECT_EQ(problems.size(), 1U) << lines_of(problems);
  auto call = open(instance);
  say_version(*call);
  EXPECT_EQ(recorder_.text, "1.0.0");
}

TEST(CatalogWithoutStateFolder, CleansUpAfterItself) {
  Workspace workspace;
  ASSERT_EQ(::setenv("TMPDIR", workspace.folder().c_str(), 1), 0);
  {
    OneProvider provider("echo");
    EXPECT_FALSE(fs::is_empty(workspace.folder()));
    provider.instance.reset();
  }
  EXPECT_TRUE(fs::is_empty(workspace.folder()));
  ::unsetenv("TMPDIR");
}

// A container on a read-only file system, say: no folder will do, and generations still differ.
TEST(CatalogWithoutAnyFolder, KeepsEveryGenerationInMemory) {
  Workspace workspace;
  TestWorker worker;
  Recorder recorder;
  TestRequest request{"model-a"};
  workspace.install("echo");
  ASSERT_EQ(::setenv("TMPDIR", (workspace.folder() / "not there").c_str(), 1), 0);
  Catalog catalog({.search_path = {workspace.folder() / "plugins"},
                   .state_folder = {},
                   .host_version = "0.0.1",
                   .log = {},
                   .log_level = PBAY_LOG_INFO});
  const auto said_by_a_new_call = [&] {
    std::vector<Problem> problems;
    auto instances = catalog.load({entry_of("echo")}, problems);
    EXPECT_EQ(lines_of(problems), "");
    if (instances.empty()) return std::string();
    auto call = *Call::create(instances.front(), request.value, recorder, worker.post());
    recorder.text.clear();
    say_version(*call);
    return recorder.text;
  };
  EXPECT_EQ(said_by_a_new_call(), "1.0.0");
  catalog.settle();
  EXPECT_FALSE(is_mapped("memfd:test.echo-"));

  // The path in memory that the first one had is free again, and must not bring it back.
  workspace.update("echo2", "echo");
  EXPECT_EQ(said_by_a_new_call(), "2.0.0");
  ::unsetenv("TMPDIR");
}

}  // namespace
}  // namespace patchbay::plugin_host
