#include "core/plugin_host/thread_census.hpp"

#include <algorithm>
#include <charconv>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
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
// What glibc keeps of a thread, at the upper end of its stack, is smaller than this.
constexpr std::uintptr_t kThreadStructBytes = 4096;
constexpr std::size_t kPieceWords = 8192;

struct Range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  [[nodiscard]] bool holds(std::uintptr_t address) const {
    return address >= begin && address < end;
  }
};

// Where the code is of the object that an address lies in.
struct CodeSearch {
  std::uintptr_t address;
  std::vector<Range> code;
};

int find_code(dl_phdr_info* info, std::size_t /*size*/, void* argument) {
  auto& search = *static_cast<CodeSearch*>(argument);
  std::vector<Range> code;
  bool found = false;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    const Range range{info->dlpi_addr + segment.p_vaddr,
                      info->dlpi_addr + segment.p_vaddr + segment.p_memsz};
    if (range.holds(search.address)) found = true;
    if ((segment.p_flags & PF_X) != 0) code.push_back(range);
  }
  if (found) search.code = std::move(code);
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

// The stack of a thread: the mapping that holds its robust list, which glibc keeps in the thread's
// own struct at the stack's upper end. Empty when it cannot be told.
Range stack_of(long thread) {
  void* head = nullptr;
  std::size_t length = 0;
  if (::syscall(SYS_get_robust_list, thread, &head, &length) != 0 || head == nullptr) return {};
  const auto address = reinterpret_cast<std::uintptr_t>(head);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    Range range;
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR, &range.begin, &range.end) != 2)
      continue;
    if (!range.holds(address)) continue;
    return {range.begin, std::min(range.end, address + kThreadStructBytes)};
  }
  return {};
}

// Whether the memory holds an address in one of the ranges. Read through the file system: another
// thread's stack may change, and may go, while it is looked at.
bool holds_address_of(const Range& stack, const std::vector<Range>& code) {
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  if (memory < 0) return true;
  std::vector<std::uintptr_t> words(kPieceWords);
  bool found = false;
  for (std::uintptr_t at = stack.begin; at < stack.end && !found;) {
    const std::size_t wanted = std::min(words.size() * sizeof(words[0]), stack.end - at);
    const ssize_t got = ::pread(memory, words.data(), wanted, static_cast<off_t>(at));
    if (got <= 0) break;  // it has gone meanwhile
    const std::size_t count = static_cast<std::size_t>(got) / sizeof(words[0]);
    if (count == 0) break;
    found = std::any_of(words.begin(),
                        words.begin() + static_cast<std::ptrdiff_t>(count),
                        [&](std::uintptr_t word) {
                          return std::any_of(code.begin(), code.end(), [&](const Range& range) {
                            return range.holds(word);
                          });
                        });
    at += count * sizeof(words[0]);
  }
  ::close(memory);
  return found;
}

}  // namespace

ThreadCensus ThreadCensus::now() {
  ThreadCensus census;
  for (const long thread : threads_now())
    census.threads_.insert(thread);
  return census;
}

bool ThreadCensus::left_behind(const void* address, std::chrono::milliseconds patience) const {
  CodeSearch search{reinterpret_cast<std::uintptr_t>(address), {}};
  ::dl_iterate_phdr(find_code, &search);
  const long self = ::syscall(SYS_gettid);
  const auto suspicious = [&] {
    for (const long thread : threads_now()) {
      if (thread == self || threads_.contains(thread)) continue;
      const Range stack = stack_of(thread);
      // A thread that has just ended is still listed, for a moment, without anything to look at.
      if (stack.begin == stack.end || holds_address_of(stack, search.code)) return true;
    }
    return false;
  };
  const Time deadline = Clock::now() + patience;
  while (suspicious()) {
    if (Clock::now() >= deadline) return true;
    std::this_thread::sleep_for(kLookAgainAfter);
  }
  return false;
}

}  // namespace patchbay::plugin_host
