// What the tests of this folder share: a temporary folder, the log, a worker, a request.

#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugin_host/catalog.hpp"

namespace patchbay::plugin_host {

// A folder of its own for each test, removed at the end.
class Workspace {
 public:
  Workspace();
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  // Copies a test plugin's folder to `<folder>/<under>/<as>`; returns where it is now.
  std::filesystem::path install(const std::string& plugin,
                                const std::string& under = "plugins",
                                const std::string& as = {});

  // Puts that version of a plugin in the place of the installed one, as a package manager does:
  // each file by renaming, the manifest last. Returns `<folder>/plugins/<as>`.
  std::filesystem::path update(const std::string& version, const std::string& as);

  // Replaces a text in an installed file; by renaming as well.
  void edit(const std::string& file, const std::string& from, const std::string& to);

  std::filesystem::path write(const std::string& file, std::string_view text);

 private:
  std::filesystem::path folder_;
};

// Thread-safe.
class LogBook {
 public:
  LogSink sink();
  // How many lines of at least that level hold the text.
  [[nodiscard]] std::size_t count(std::string_view text, int level = 0) const;
  [[nodiscard]] std::string all() const;
  // Lines about a plugin that broke the contract; not those about time, which a busy machine makes.
  [[nodiscard]] std::size_t misbehaviours() const;
  // Waits until so many lines hold the text; false after half a minute.
  bool wait_for(std::string_view text, std::size_t lines);

 private:
  struct Line {
    int level;
    std::string text;
  };
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Line> lines_;
};

// The thread of the test as the worker that owns its calls.
class TestWorker {
 public:
  Post post();

  // Runs what is posted, waiting for it, until `done` says so; false after half a minute.
  bool run_until(const std::function<bool()>& done);

  // Waits, running what is posted, for what comes without anything being posted; false after half a
  // minute.
  bool wait_until(const std::function<bool()>& done);

  // Runs what has been posted already.
  void run_ready();

  // Drops what has been posted and all that will be, as a worker that stops does.
  void stop();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> work_;
  bool stopped_ = false;
};

// Remembers what a call says.
class Recorder : public CallObserver {
 public:
  pbay_status on_event(const pbay_event& event) override;
  void on_complete(pbay_status status) override;

  std::string text;  // of TEXT events
  std::string raw;   // of RAW events
  std::size_t events = 0;
  std::vector<pbay_status> ends;  // of on_complete()
  pbay_status answer = PBAY_OK;   // to every event
  std::function<void()> on_each;  // called for every event
};

// A request with its texts.
struct TestRequest {
  explicit TestRequest(std::string model_name, std::uint32_t flags = 0);
  TestRequest(const TestRequest&) = delete;
  TestRequest& operator=(const TestRequest&) = delete;

  std::string model;
  std::string body = R"({"model":"alias","messages":[]})";
  pbay_request value{};
};

// The catalog of a workspace, with what the tests vary.
Catalog::Options options_of(const Workspace& workspace, LogBook& log);

// An entry of `providers:` at line 3 of "patchbay.yaml".
ProviderEntry entry_of(const std::string& type, const std::string& name = "one");

// A mapping at line 4, its members at line 5 on.
ConfigValue map_of(std::vector<std::pair<std::string, ConfigValue>> members);
ConfigValue scalar_of(std::string text);

// The problems, one line each.
std::string lines_of(const std::vector<Problem>& problems);

// Whether a file whose path holds `text` is mapped into this process.
bool is_mapped(std::string_view text);

// The one instance of a provider type from the test plugins.
struct OneProvider {
  explicit OneProvider(const std::string& type);

  LogBook log;
  Catalog catalog;
  std::shared_ptr<Instance> instance;
};

}  // namespace patchbay::plugin_host
