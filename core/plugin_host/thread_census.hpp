// Which threads the process has, and whether one that a plugin started is left.
//
// A thread that runs code which is unmapped under it takes the process with it. The kernel tells
// which threads there are, but not what they do. So the stacks of those that came after the plugin
// are searched for addresses of its code: a thread that is in it, or that began in it, has some.

#pragma once

#include <chrono>
#include <set>

namespace patchbay::plugin_host {

class ThreadCensus {
 public:
  // The threads that there are now.
  static ThreadCensus now();

  // Whether a thread that came after the census, other than the calling one, has to do with the
  // loaded object that `address` lies in. One that is on its way out is waited for, up to
  // `patience`. A thread that cannot be looked at counts as one that has.
  [[nodiscard]] bool left_behind(const void* address, std::chrono::milliseconds patience) const;

 private:
  std::set<long> threads_;
};

}  // namespace patchbay::plugin_host
