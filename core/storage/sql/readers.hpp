// A few threads that read, each over a connection of its own. Every job sees one state of the
// database from its first statement to its last.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/storage/sql/connection.hpp"
#include "core/storage/sql/writer.hpp"

namespace patchbay::storage::sql {

class Readers {
 public:
  // Both outlive the readers; the writer knows whether the database is there, and is told when it
  // seems not to be.
  Readers(const StoreSettings& settings, const Engine& engine, Cutter* cutter, Writer& writer);
  ~Readers();
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  // Thread-safe. False when there is no room, or when it is closed.
  bool push(Store::Job& job, Store::Done& done);

  // Does what waits and ends the threads.
  void close();

 private:
  struct Read {
    Store::Job job;
    Store::Done done;
  };

  void run();
  Status read(Connection& connection, const Store::Job& job);
  Status read_once(Connection& connection, const Store::Job& job);

  const std::size_t reads_max_;
  const Engine& engine_;
  Cutter* const cutter_;  // may be null
  Writer& writer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::deque<Read> waiting_;
  bool closed_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace patchbay::storage::sql
