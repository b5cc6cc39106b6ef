// What a process holds that a plugin could leave behind.

#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace patchbay::check {

struct ProcessState {
  std::set<std::string> threads;      // their ids
  std::set<std::string> descriptors;  // "7 -> /path"
  std::optional<std::size_t> timers;  // POSIX timers; nothing where the system does not tell
};

ProcessState process_state();

// What `now` has that `before` had not: "2 threads, the open file 7 -> /path"; empty when nothing.
std::string left_behind(const ProcessState& before, const ProcessState& now);

// The same, but a thread that is just about to end gets a moment to do so.
std::string left_behind_for_good(const ProcessState& before);

// Bytes that are allocated on the heap.
std::size_t allocated_bytes();

// Bytes of memory that the process really uses; 0 where the system does not tell.
std::size_t resident_bytes();

}  // namespace patchbay::check
