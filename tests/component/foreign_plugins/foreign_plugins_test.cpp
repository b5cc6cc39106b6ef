// What holds for every plugin from another compiler: that several, and several generations of one,
// live side by side, and what becomes of the code at the end.

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/plugin_host/module.hpp"
#include "tests/component/foreign_plugins/exchange.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;

struct Foreign {
  const char* name;
  const char* library;
  bool unmapped;  // at the end, since nothing ties it to the process
  friend void PrintTo(const Foreign& plugin, std::ostream* out) { *out << plugin.name; }
};
constexpr Foreign kC{"c-hello", "libc_hello.so", true};
constexpr Foreign kCpp{"cpp-libcxx", "libcpp_libcxx.so", false};
constexpr Foreign kRust{"rust-local", "librust_local.so", false};

// Under the thread sanitizer without the one in Rust; CMakeLists.txt says why.
std::vector<Foreign> foreign_plugins() {
#ifdef __SANITIZE_THREAD__
  return {kC, kCpp};
#else
  return {kC, kCpp, kRust};
#endif
}

ProviderEntry entry_for(const std::string& name) {
  if (name == kC.name) return entry_with(name, {{"url", "http://127.0.0.1:9/"}}, name);
  if (name == kCpp.name) return entry_with(name, {{"base_url", "http://127.0.0.1:9"}}, name);
  // A minute between two words: a call that lasts as long as the test wants it to.
  return entry_with(name, {{"words", "10"}, {"pause_ms", "60000"}}, name);
}

// A call of any of the three that can be shown to be alive, again and again.
class LiveCall {
 public:
  explicit LiveCall(std::shared_ptr<Instance> instance)
      : instance_(std::move(instance)),
        call_(*Call::create(instance_, client_.value, heard_, worker_.post())) {
    if (call_->active()) {
      EXPECT_EQ(call_->start(), PBAY_OK);
      EXPECT_TRUE(worker_.run_until([this] { return heard_.texts == 1; }));
      return;
    }
    pbay_http_request http{};
    EXPECT_EQ(call_->build_request(http), PBAY_OK);
    const pbay_http_head head{sizeof head, 200, http.framing, 0, nullptr, 0};
    EXPECT_EQ(call_->on_head(head), PBAY_OK);
  }

  void go_on() {
    if (call_->active()) return;  // its thread does
    const std::string line = R"({"text":"on"})";
    const pbay_frame frame{
        {reinterpret_cast<const std::uint8_t*>(line.data()), line.size()}, {}, {}};
    const std::size_t before = heard_.texts;
    EXPECT_EQ(call_->on_frames(&frame, 1), PBAY_OK);
    EXPECT_EQ(heard_.texts, before + 1);
  }

  // Lets go, and works for the plugin until it has, too.
  void let_go() {
    const std::size_t others = instance_->live_calls() - 1;
    call_.reset();
    EXPECT_TRUE(worker_.run_until([&] { return instance_->live_calls() == others; }));
    worker_.stop();  // what is posted too late to matter would still hold the call
    instance_.reset();
  }

 private:
  TestRequest client_{"model-a"};
  Listener heard_;
  TestWorker worker_;
  std::shared_ptr<Instance> instance_;
  std::unique_ptr<Call> call_;
};

class ForeignPlugin : public ::testing::TestWithParam<Foreign> {};

TEST_P(ForeignPlugin, IsReplacedWhileACallRuns) {
  const auto [name, library, unmapped] = GetParam();
  Workspace workspace;
  const fs::path installed = workspace.install(name);
  LogBook log;
  Catalog catalog({.search_path = {workspace.folder() / "plugins"},
                   .state_folder = workspace.folder() / "state",
                   .host_version = "0.0.1",
                   .log = log.sink(),
                   .log_level = PBAY_LOG_DEBUG});
  const auto load = [&] {
    std::vector<Problem> problems;
    auto instances = catalog.load({entry_for(name)}, problems);
    EXPECT_EQ(lines_of(problems), "");
    return instances.empty() ? nullptr : instances.front();
  };
  // Waits until so many generations have been taken down. The last to hold the call of a provider
  // that does its own work may be a thread of that provider, which we then have to wait for.
  const auto settle = [&](std::size_t generations) {
    if (name == std::string_view(kRust.name)) {
      EXPECT_TRUE(log.wait_for("the thread has ended", generations));
    }
    catalog.settle();
  };
  const std::string copies = std::string("org.example.") + name + "/1.0.0-g";

  auto instance = load();
  ASSERT_NE(instance, nullptr);
  LiveCall old_call(instance);
  old_call.go_on();

  // A file of the same contents in another place on the disk is a new build to the host.
  fs::copy(installed / library, installed / "new");
  fs::rename(installed / "new", installed / library);
  EXPECT_EQ(instance->generation(), 1U);
  instance = load();
  ASSERT_NE(instance, nullptr);
  EXPECT_EQ(instance->generation(), 2U);
  LiveCall new_call(instance);
  old_call.go_on();
  new_call.go_on();
  EXPECT_TRUE(is_mapped(copies + "1-"));

  old_call.let_go();
  settle(1);
  EXPECT_EQ(is_mapped(copies + "1-"), !unmapped);
  EXPECT_EQ(catalog.retained(), unmapped ? 0U : 1U);
  new_call.go_on();
  new_call.let_go();
  instance.reset();
  settle(2);
  EXPECT_EQ(is_mapped(copies + "2-"), !unmapped);
  EXPECT_EQ(log.misbehaviours(), 0U) << log.all();
}

INSTANTIATE_TEST_SUITE_P(From,
                         ForeignPlugin,
                         ::testing::ValuesIn(foreign_plugins()),
                         [](const auto& plugin) {
                           std::string name = plugin.param.name;
                           name[name.find('-')] = '_';
                           return name;
                         });

TEST(ForeignPlugins, LiveTogether) {
  std::vector<ProviderEntry> entries;
  for (const Foreign& plugin : foreign_plugins())
    entries.push_back(entry_for(plugin.name));
  std::vector<std::unique_ptr<LiveCall>> calls;  // go after the threads that may post to them
  Providers providers(entries);
  ASSERT_EQ(providers.problems, "");
  for (int round = 0; round < 3; ++round) {
    for (const auto& instance : providers.instances) {
      // The one in Rust works on one call after the other, so there only the first would speak.
      if (round > 0 && instance->type() == kRust.name) continue;
      calls.push_back(std::make_unique<LiveCall>(instance));
    }
    for (const auto& call : calls)
      call->go_on();
  }
  for (const auto& call : calls)
    call->let_go();
  for (const auto& instance : providers.instances)
    EXPECT_EQ(instance->live_calls(), 0U) << instance->type();
  EXPECT_EQ(providers.log.misbehaviours(), 0U) << providers.log.all();
}

}  // namespace
}  // namespace patchbay::plugin_host
