#include "core/plugin_host/thread_census.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <link.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/clock.hpp"

namespace patchbay::plugin_host {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLookAgainAfter{5};
// In what glibc keeps of a thread, the function and the argument that it was started with lie
// behind the list that the kernel knows of, and no further away than this.
constexpr std::size_t kWordsBehindList = 256;
// Of the object that a thread was started with.
constexpr std::size_t kWordsOfArgument = 4;
// How much of a stack's upper end is looked at.
constexpr std::size_t kOutermostBytes = 1024;

struct Range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  [[nodiscard]] bool holds(std::uintptr_t address) const {
    return address >= begin && address < end;
  }
};

// Where the object lies that an address is in, from its first byte to its last.
struct ObjectSearch {
  std::uintptr_t address;
  Range object;
};

int find_object(dl_phdr_info* info, std::size_t /*size*/, void* argument) {
  auto& search = *static_cast<ObjectSearch*>(argument);
  Range all{~std::uintptr_t{0}, 0};
  bool found = false;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    const Range range{info->dlpi_addr + segment.p_vaddr,
                      info->dlpi_addr + segment.p_vaddr + segment.p_memsz};
    found = found || range.holds(search.address);
    all = {std::min(all.begin, range.begin), std::max(all.end, range.end)};
  }
  if (found) search.object = all;
  return found ? 1 : 0;
}

std::vector<long> threads_now() {
  std::vector<long> threads;
  std::error_code error;
  for (fs::directory_iterator it("/proc/self/task", error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    long thread = 0;
    std::from_chars(name.data(), name.data() + name.size(), thread);
    threads.push_back(thread);
  }
  return threads;
}

// The process's memory as a file: what another thread keeps may go while it is looked at.
class Memory {
 public:
  Memory() : file_(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC)) {}
  ~Memory() {
    if (file_ >= 0) ::close(file_);
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // As many words as can be read from there on.
  [[nodiscard]] std::vector<std::uintptr_t> words_at(std::uintptr_t address,
                                                     std::size_t count) const {
    std::vector<std::uintptr_t> words(count);
    const ssize_t got =
        ::pread(file_, words.data(), count * sizeof(std::uintptr_t), static_cast<off_t>(address));
    words.resize(got <= 0 ? 0 : static_cast<std::size_t>(got) / sizeof(std::uintptr_t));
    return words;
  }

 private:
  const int file_;
};

// The list that glibc registers with the kernel for each thread, in its struct of the thread. 0 for
// a thread that has just ended: it is still listed, for a moment, but has none any more.
std::uintptr_t list_of(long thread) {
  void* list = nullptr;
  std::size_t length = 0;
  if (::syscall(SYS_get_robust_list, thread, &list, &length) != 0) return 0;
  return reinterpret_cast<std::uintptr_t>(list);
}

// How far below that list a thread's outermost frames lie: the same for all threads that glibc gave
// their stacks, so one of them can be asked.
std::uintptr_t measure_depth() {
  std::uintptr_t depth = 0;
  std::thread([&depth] {
    const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    depth = list_of(::syscall(SYS_gettid)) - frame;
  }).join();
  return depth;
}

bool was_started_by(const Range& object, long thread, const Memory& memory) {
  static const std::uintptr_t depth = measure_depth();
  const std::uintptr_t list = list_of(thread);
  if (list == 0) return true;
  const auto is_of_object = [&](std::uintptr_t word) { return object.holds(word); };
  const auto any_in = [&](const std::vector<std::uintptr_t>& words) {
    return std::any_of(words.begin(), words.end(), is_of_object);
  };
  const std::vector<std::uintptr_t> kept = memory.words_at(list, kWordsBehindList);
  if (kept.empty() || any_in(kept)) return true;
  for (const std::uintptr_t word : kept) {
    if (any_in(memory.words_at(word, kWordsOfArgument))) return true;
  }
  const std::uintptr_t top = list - depth + kOutermostBytes / 2;
  return any_in(memory.words_at((top - kOutermostBytes) & ~std::uintptr_t{15},
                                kOutermostBytes / sizeof(std::uintptr_t)));
}

}  // namespace

ThreadCensus ThreadCensus::now() {
  ThreadCensus census;
  for (const long thread : threads_now())
    census.threads_.insert(thread);
  return census;
}

bool ThreadCensus::left_behind(const void* address, std::chrono::milliseconds patience) const {
  ObjectSearch search{reinterpret_cast<std::uintptr_t>(address), {}};
  ::dl_iterate_phdr(find_object, &search);
  const Memory memory;
  const long self = ::syscall(SYS_gettid);
  const auto any_left = [&] {
    const std::vector<long> threads = threads_now();
    return std::any_of(threads.begin(), threads.end(), [&](long thread) {
      return thread != self && !threads_.contains(thread) &&
             was_started_by(search.object, thread, memory);
    });
  };
  const Time deadline = Clock::now() + patience;
  while (any_left()) {
    if (Clock::now() >= deadline) return true;
    std::this_thread::sleep_for(kLookAgainAfter);
  }
  return false;
}

}  // namespace patchbay::plugin_host
