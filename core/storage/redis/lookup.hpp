// Finding the addresses of a host without making a worker wait.
//
// The system's resolver blocks, so a name is looked up on a thread of its own that nobody waits
// for: whoever asked looks from time to time, and may go away before it is done.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace patchbay::storage::redis {

// The address that `host` is already, or stands for on every machine: numeric ones and localhost.
std::optional<std::string> known_address(const std::string& host);

class Lookup {
 public:
  explicit Lookup(const std::string& host);

  // Nothing while it goes on; then the numeric addresses, at least one.
  [[nodiscard]] std::optional<Result<std::vector<std::string>>> found() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the thread
};

}  // namespace patchbay::storage::redis
