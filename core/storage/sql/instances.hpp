// The processes that share a database, and what those of them which have died left unfinished:
// answers, and documents that were being indexed.
//
// Whether a process lives is known at once where it is one of this machine (and of the same process
// numbers, so not in another container). Another one is dead when the time it last wrote has stood
// still for long enough while this one was watching: so nobody's clock matters, and a database that
// was away for everybody makes nobody dead.
//
// Not thread-safe: the writer's.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/storage/sql/connection.hpp"

namespace patchbay::storage::sql {

struct Process {
  std::string host;  // the machine, its boot and its space of process numbers
  std::int64_t pid = 0;
  std::int64_t pid_started = 0;  // in clock ticks after the boot: numbers are used again

  static Process own();
  // Whether this very process runs on this machine.
  [[nodiscard]] bool runs() const;
};

class Instances {
 public:
  // `id` is this process's; another is dead once it has been silent for `silence`.
  Instances(std::string id, std::chrono::milliseconds silence)
      : id_(std::move(id)), silence_(silence), process_(Process::own()) {}

  // Each within a transaction. Enters this process, or shows that it is alive; `batch` is the
  // number of the transaction.
  Status show(Connection& connection, std::int64_t batch);
  // The number that was shown last; waits for a transaction that is about to change it.
  Result<std::int64_t> last_batch(Connection& connection);
  // Watches anew, after a time in which nobody could write.
  void forget() { watched_.clear(); }
  // Marks what dead processes were writing as interrupted, and lets others index their documents.
  // The number of these versions.
  Result<std::int64_t> sweep(Connection& connection);
  // Takes this process out; what it was still doing is treated in the same way.
  Status leave(Connection& connection);

  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  struct Watched {
    std::int64_t seen_ms = 0;
    Time since;
  };

  bool is_dead(const std::string& id, const Process& other, std::int64_t seen_ms);
  std::int64_t interrupt(Connection& connection, const std::string& instance);

  const std::string id_;
  const std::chrono::milliseconds silence_;
  const Process process_;
  std::map<std::string, Watched> watched_;  // of other machines
};

}  // namespace patchbay::storage::sql
