// Where jobs for the database are left by workers, which never wait for a disk.
//
//   store.write([message](Repository& repository) { return repository.add_message(message); },
//               [](Status status) { ... },   // committed, or not
//               Cost{message.content.size()});
//
// One thread writes: it takes all jobs that wait and commits them in one transaction, so that many
// clients share one wait for the disk. A few threads read. Storage that cannot be reached is looked
// for again without anybody asking.
//
// Thread-safe. ask.hpp is the comfortable way from a worker.

#pragma once

#include <cstddef>
#include <functional>

#include "core/base/result.hpp"
#include "core/storage/repository.hpp"

namespace patchbay::storage {

class Store {
 public:
  // May run more than once (a transaction that failed is repeated), so it must only read what it
  // has captured, and overwrite its own results. On a thread of the storage.
  using Job = std::function<Status(Repository&)>;

  // Called once, from a thread of the storage or from inside write() and read(); it should only
  // hand on what it is told. After an ok from write(), what was written is durable.
  using Done = std::function<void(Status)>;

  struct Cost {
    std::size_t bytes = 0;  // what the job holds, roughly: the queue is bounded in bytes too
  };

  virtual ~Store() = default;

  // kUnavailable at once when the queue is full or the database is down. A job that fails with an
  // error of its own undoes itself and nothing else.
  virtual void write(Job job, Done done, Cost cost) = 0;

  // For what is nice to have (the text of an answer that is still being written): left out when the
  // queue is more than 80 % full or the database is down. Nobody is told.
  virtual void write_if_room(Job job, Cost cost) = 0;

  // Sees everything that was committed before the call.
  virtual void read(Job job, Done done) = 0;

  // False while the database cannot be reached.
  [[nodiscard]] virtual bool available() const = 0;

  // This process among those that share the database; what Version::instance holds.
  [[nodiscard]] virtual const std::string& instance() const = 0;
};

}  // namespace patchbay::storage
