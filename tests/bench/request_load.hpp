// Whole answers over kept connections: how many in a given time, how long each took, and what a
// watched process spent on them.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/process_cost.hpp"

namespace patchbay::bench {

struct RequestLoad {
  std::uint16_t port = 0;
  std::string request;  // the bytes to send; the answer must have a Content-Length
  unsigned connections = 32;
  double warm_up_seconds = 0.5;
  double seconds = 2;  // longer, up to half a minute, where hardly any answer has come
  // 0: each connection asks again at once. Otherwise requests begin at random moments, so many a
  // second on average, whatever the answers do, and the time of one counts from the moment it
  // should have begun: a server that stalls cannot hide it by slowing its clients down.
  double per_second = 0;
  std::vector<int> watched;  // processes
};

struct RequestFigures {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;  // connections that broke, answers that are not 200
  double seconds = 0;
  Cost cost;                           // of the watched processes
  std::vector<std::int64_t> times_ns;  // of every request, sorted
};

RequestFigures run(const RequestLoad& load);

}  // namespace patchbay::bench
