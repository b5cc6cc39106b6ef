#include "tests/component/plugin_host/workspace.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{30};

}  // namespace

Workspace::Workspace() {
  std::string pattern = (fs::temp_directory_path() / "patchbay-test-XXXXXX").string();
  EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
  folder_ = fs::canonical(pattern);
}

Workspace::~Workspace() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

fs::path Workspace::install(const std::string& plugin,
                            const std::string& under,
                            const std::string& as) {
  const fs::path target = folder_ / under / (as.empty() ? plugin : as);
  fs::create_directories(target);
  fs::copy(fs::path(PATCHBAY_TEST_PLUGINS) / plugin, target);
  return target;
}

fs::path Workspace::update(const std::string& version, const std::string& as) {
  const fs::path target = folder_ / "plugins" / as;
  fs::create_directories(target);
  std::vector<fs::path> files;
  for (const fs::directory_entry& file :
       fs::directory_iterator(fs::path(PATCHBAY_TEST_UPDATE) / version))
    files.push_back(file.path());
  std::sort(files.begin(), files.end(), [](const fs::path& one, const fs::path& other) {
    return one.extension() == ".so" && other.extension() != ".so";
  });
  for (const fs::path& file : files) {
    fs::copy(file, target / "new");
    fs::rename(target / "new", target / file.filename());
  }
  return target;
}

void Workspace::edit(const std::string& file, const std::string& from, const std::string& to) {
  std::ifstream in(folder_ / file);
  std::string text(std::istreambuf_iterator<char>(in), {});
  const std::size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from << " is not in " << text;
  text.replace(at, from.size(), to);
  write(file + ".new", text);
  fs::rename(folder_ / (file + ".new"), folder_ / file);
}

fs::path Workspace::write(const std::string& file, std::string_view text) {
  const fs::path path = folder_ / file;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

LogSink LogBook::sink() {
  return [this](int level, std::string_view plugin, std::string_view message) {
    const std::lock_guard lock(mutex_);
    lines_.push_back({level, std::string(plugin) + ": " + std::string(message)});
    changed_.notify_all();
  };
}

std::size_t LogBook::count(std::string_view text, int level) const {
  const std::lock_guard lock(mutex_);
  std::size_t found = 0;
  for (const Line& line : lines_) {
    if (line.level >= level && line.text.find(text) != std::string::npos) ++found;
  }
  return found;
}

std::string LogBook::all() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const Line& line : lines_)
    text += line.text + "\n";
  return text;
}

std::size_t LogBook::misbehaviours() const {
  return count("", PBAY_LOG_MISBEHAVIOUR) - count("took more than 5 ms", PBAY_LOG_MISBEHAVIOUR);
}

bool LogBook::wait_for(std::string_view text, std::size_t lines) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] {
    const auto found = std::count_if(lines_.begin(), lines_.end(), [&](const Line& line) {
      return line.text.find(text) != std::string::npos;
    });
    return static_cast<std::size_t>(found) >= lines;
  });
}

Post TestWorker::post() {
  return [this](std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    work_.push_back(std::move(work));
    changed_.notify_all();
  };
}

bool TestWorker::run_until(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_until(lock, deadline, [this] { return !work_.empty(); })) return false;
    const std::function<void()> work = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    work();
  }
  return true;
}

bool TestWorker::wait_until(const std::function<bool()>& done) {
  constexpr std::chrono::milliseconds kLookAgainAfter{2};
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    run_ready();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kLookAgainAfter, [this] { return !work_.empty(); });
  }
  return true;
}

void TestWorker::run_ready() {
  std::deque<std::function<void()>> ready;
  {
    const std::lock_guard lock(mutex_);
    ready.swap(work_);
  }
  for (const std::function<void()>& work : ready)
    work();
}

void TestWorker::stop() {
  std::deque<std::function<void()>> dropped;
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  dropped.swap(work_);
}

pbay_status Recorder::on_event(const pbay_event& event) {
  ++events;
  if (event.type == PBAY_EV_TEXT) {
    text += text_of(reinterpret_cast<const pbay_ev_text&>(event).text);
  } else if (event.type == PBAY_EV_RAW) {
    raw += text_of(reinterpret_cast<const pbay_ev_raw&>(event).data);
  }
  if (on_each) on_each();
  return answer;
}

void Recorder::on_complete(pbay_status status) {
  ends.push_back(status);
}

TestRequest::TestRequest(std::string model_name, std::uint32_t flags)
    : model(std::move(model_name)) {
  const std::string_view quoted = "\"alias\"";
  value.mode = PBAY_MODE_CHAT;
  value.flags = flags;
  value.dialect = view_of("openai.chat/1");
  value.model = view_of(model);
  value.body = {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()};
  value.model_value = {body.find(quoted), quoted.size()};
}

Catalog::Options options_of(const Workspace& workspace, LogBook& log) {
  Catalog::Options options;
  options.search_path = {workspace.folder() / "plugins"};
  options.state_folder = workspace.folder() / "state";
  options.host_version = "0.0.1";
  options.log = log.sink();
  return options;
}

ProviderEntry entry_of(const std::string& type, const std::string& name) {
  ProviderEntry entry;
  entry.name = name;
  entry.type = type;
  entry.type_origin = {"patchbay.yaml", 3, 20};
  entry.origin = {"patchbay.yaml", 3, 3};
  return entry;
}

ConfigValue map_of(std::vector<std::pair<std::string, ConfigValue>> members) {
  ConfigValue map;
  map.kind = ConfigValue::Kind::kMap;
  map.origin = {"patchbay.yaml", 4, 5};
  int line = 5;
  for (auto& [key, value] : members) {
    if (value.origin.line == 0) value.origin = {"patchbay.yaml", line, 20};
    map.members.push_back({key, {"patchbay.yaml", line, 7}, std::move(value)});
    ++line;
  }
  return map;
}

ConfigValue scalar_of(std::string text) {
  ConfigValue scalar;
  scalar.kind = ConfigValue::Kind::kScalar;
  scalar.text = std::move(text);
  return scalar;
}

std::string lines_of(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems)
    text += problem.text() + "\n";
  return text;
}

bool is_mapped(std::string_view text) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(text) != std::string::npos) return true;
  }
  return false;
}

OneProvider::OneProvider(const std::string& type)
    : catalog({.search_path = {PATCHBAY_TEST_PLUGINS},
               .state_folder = {},
               .host_version = "0.0.1",
               .log = log.sink(),
               .log_level = PBAY_LOG_INFO}) {
  std::vector<Problem> problems;
  auto instances = catalog.load({entry_of(type)}, problems);
  EXPECT_EQ(lines_of(problems), "");
  if (!instances.empty()) instance = instances.front();
}

}  // namespace patchbay::plugin_host
