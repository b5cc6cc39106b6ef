// The one thread that writes, and looks after the database between the writing: it makes the
// tables, shows that this process lives, finds what dead ones left behind, deletes what is too old,
// and looks for a database that has gone.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/base/clock.hpp"
#include "core/storage/sql/instances.hpp"
#include "core/storage/sql/settings.hpp"
#include "core/storage/sql/transaction.hpp"

namespace patchbay::storage::sql {

class Writer {
 public:
  // `engine` and `cutter`, which may be null, outlive the writer.
  Writer(StoreSettings settings, const Engine& engine, Cutter* cutter, std::string instance);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Before start(), on the caller's thread: opens the database and makes its tables. kInvalid when
  // it must not be used; any other error means that it cannot be reached for now.
  Status first_look();
  void start();

  // Thread-safe. False when it is not taken, and then `write` is untouched.
  bool push(QueuedWrite& write, double share) { return queue_.push(write, share); }
  [[nodiscard]] bool available() const { return available_.load(std::memory_order_acquire); }
  // Somebody else's connection broke: look whether the database is there.
  void suspect();

  // Takes no more, writes what waits for as long as settings.drain allows, and ends the thread.
  void close();

 private:
  void run();
  Status make_tables();
  bool look();   // opens a connection, and tells when that is news
  bool enter();  // makes this process known, and finds what others left
  bool look_until(Time deadline);
  void lost(const Error& error);
  void refuse(std::vector<QueuedWrite> jobs);

  void write(std::vector<QueuedWrite> jobs);
  Attempt write_until(const std::vector<QueuedWrite>& jobs, Time deadline);
  void look_after();
  void show_life();
  void expire();
  void drain();
  template <typename Work>
  Status in_transaction(Work work);

  const StoreSettings settings_;
  const std::vector<Migration> migrations_;
  WriteQueue queue_;
  std::atomic<bool> available_ = false;
  std::atomic<bool> suspected_ = false;
  std::thread thread_;

  // The thread's own, once it runs:
  Connection connection_;
  Instances instances_;
  bool migrated_ = false;
  bool locked_out_ = false;  // by somebody else, when a transaction was last begun between jobs
  std::int64_t batch_ = 0;   // the last transaction that is known to be committed
  std::string trouble_;      // what was told last of a database that is not there
  std::chrono::milliseconds retry_{0};
  Time next_look_ = {};
  Time next_sign_ = {};
  Time next_expiry_ = {};
  Time give_up_ = Time::max();  // once it is closed
};

}  // namespace patchbay::storage::sql
