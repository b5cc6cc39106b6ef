// Which threads the process has, and whether one that a plugin started is left.
//
// A thread that runs code which is unmapped under it takes the process with it. The kernel tells
// which threads there are, but not what they do. So of those that came after the plugin it is
// looked up how they began: with a function in the plugin's code; with an object whose kind is the
// plugin's, as std::thread does it; or, where somebody stands in between, with a call of the
// plugin's code in their outermost frames. Further down a stack is not searched: stacks are used
// again by other threads, with what is left on them.

#pragma once

#include <chrono>
#include <set>

namespace patchbay::plugin_host {

class ThreadCensus {
 public:
  // The threads that there are now.
  static ThreadCensus now();

  // Whether a thread that came after the census, other than the calling one, was started by the
  // loaded object that `address` lies in. One that is on its way out is waited for, up to
  // `patience`. A thread that cannot be looked at counts as one that was.
  [[nodiscard]] bool left_behind(const void* address, std::chrono::milliseconds patience) const;

 private:
  std::set<long> threads_;
};

}  // namespace patchbay::plugin_host
