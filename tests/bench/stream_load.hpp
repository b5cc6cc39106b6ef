// Streams that go on and on: opens them, then measures over windows of time on demand.
//
// Prints `{"steady": N}` once every stream has brought its first bytes (or, where nobody reads,
// once every request was sent). Then it obeys lines on standard input:
//   measure SECONDS   prints {"events": .., "reads": .., "bytes": .., "lost": .., "seconds": ..,
//                     "cpu_ns": .., "waiting_ns": ..} of that window
//   quit              closes everything and ends; so does the end of the input

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace patchbay::bench {

struct StreamLoad {
  std::uint16_t port = 0;
  std::string request;
  unsigned connections = 1000;
  unsigned opening_max = 64;  // asked and not yet answered
  bool stalled = false;       // nothing is ever read
  std::vector<int> watched;   // processes
};

// Returns the program's exit code.
int run(const StreamLoad& load);

}  // namespace patchbay::bench
