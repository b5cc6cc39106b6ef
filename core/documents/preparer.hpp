// From a file's bytes to the chunks of its text, on a thread of its own: counting the tokens of a
// large file takes seconds, which neither a worker nor the storage has.
//
// Thread-safe.

#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/result.hpp"
#include "core/documents/chunking.hpp"
#include "core/documents/extraction.hpp"

namespace patchbay::documents {

class Preparer {
 public:
  struct Order {
    FileKind kind = FileKind::kText;
    std::string bytes;
    ChunkRules rules = {};
    tokens::Encoding encoding = tokens::Encoding::kEstimate;
  };
  using Chunks = std::vector<std::string>;
  // Called once on the preparer's thread, where it should only hand on what it is told; not at all
  // for what still waits when the preparer ends.
  using Then = std::function<void(Result<Chunks>)>;

  Preparer();
  ~Preparer() { close(); }
  Preparer(const Preparer&) = delete;
  Preparer& operator=(const Preparer&) = delete;

  // Ends the thread, after what it is at.
  void close();

  // As many wait as there are askers: each has one at a time.
  void prepare(Order order, Then then);

 private:
  struct Task {
    Order order;
    Then then;
  };

  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::deque<Task> waiting_;
  bool closed_ = false;

  std::thread thread_;
};

}  // namespace patchbay::documents
