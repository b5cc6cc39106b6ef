// An upstream that answers with the words it was asked, unless it breaks off: before the head, in
// the middle, by an orderly end or by a reset. It also closes connections between two requests, and
// now and then says more than it was asked, which must reach nobody.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/churn/dice.hpp"
#include "tests/churn/loop.hpp"
#include "tests/churn/socket.hpp"

namespace patchbay::churn {

class EchoUpstream {
 public:
  struct Tally {
    std::uint64_t connections = 0;
    std::uint64_t requests = 0;
    std::uint64_t answered = 0;
    std::uint64_t broken = 0;  // by us
    std::uint64_t left = 0;    // the other side closed in the middle of a request or an answer
  };

  explicit EchoUpstream(std::uint64_t seed);

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

  // Serves until `stop_fd` has something to read or ends.
  void run(int stop_fd);

  [[nodiscard]] const Tally& result() const { return tally_; }

 private:
  class Listener;
  class Stop;
  class Link;

  Socket listener_;
  Dice dice_;
  Tally tally_;
  bool stopped_ = false;
  Loop loop_;  // its guests use the rest
};

}  // namespace patchbay::churn
