#include "core/check/process_state.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>

#include <malloc.h>
#include <unistd.h>

// Of the sanitizers' runtime, in a build that has one; theirs is the heap then, and mallinfo2()
// says nothing.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes()  // NOLINT
    __attribute__((weak));

namespace patchbay::check {
namespace {

namespace fs = std::filesystem;

std::set<std::string> entries_of(const char* folder, bool with_target) {
  std::set<std::string> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    if (with_target) {
      const fs::path target = fs::read_symlink(at->path(), error);
      // The listing itself is an open folder, and gone by now.
      if (error || target.string().ends_with("/fd")) {
        error.clear();
        continue;
      }
      name += " -> " + target.string();
    }
    found.insert(std::move(name));
  }
  return found;
}

std::optional<std::size_t> timer_count() {
  std::ifstream file("/proc/self/timers");
  if (!file) return std::nullopt;
  std::size_t count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("ID:")) ++count;
  }
  return count;
}

void list(std::string& text, const std::string& more) {
  if (!text.empty()) text += ", ";
  text += more;
}

}  // namespace

ProcessState process_state() {
  return {entries_of("/proc/self/task", false), entries_of("/proc/self/fd", true), timer_count()};
}

std::string left_behind(const ProcessState& before, const ProcessState& now) {
  std::string text;
  std::size_t threads = 0;
  for (const std::string& thread : now.threads)
    threads += before.threads.contains(thread) ? 0U : 1U;
  if (threads > 0) text = threads == 1 ? "a thread" : std::to_string(threads) + " threads";
  for (const std::string& descriptor : now.descriptors) {
    if (!before.descriptors.contains(descriptor)) {
      list(text, "the open descriptor " + descriptor);
    }
  }
  if (before.timers && now.timers && *now.timers > *before.timers) {
    list(text, std::to_string(*now.timers - *before.timers) + " timers");
  }
  return text;
}

std::string left_behind_for_good(const ProcessState& before) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  for (;;) {
    std::string left = left_behind(before, process_state());
    if (left.empty() || std::chrono::steady_clock::now() > until) return left;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::size_t allocated_bytes() {
  if (__sanitizer_get_current_allocated_bytes != nullptr) {
    return __sanitizer_get_current_allocated_bytes();
  }
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return file ? resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

}  // namespace patchbay::check
