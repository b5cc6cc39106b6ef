// What a process has cost so far.

#pragma once

#include <cstdint>
#include <vector>

namespace patchbay::bench {

struct Cost {
  std::int64_t cpu_ns = 0;      // on a processor, user and system
  std::int64_t waiting_ns = 0;  // ready to run, while something else had the processor

  Cost operator-(const Cost& earlier) const {
    return {cpu_ns - earlier.cpu_ns, waiting_ns - earlier.waiting_ns};
  }
};

// Of all threads of the processes together, from the scheduler's own account
// (/proc/PID/task/TID/schedstat): the sampled utime and stime are too coarse for windows of a
// second. A process that is gone counts as nothing.
Cost cost_of(const std::vector<int>& processes);

}  // namespace patchbay::bench
