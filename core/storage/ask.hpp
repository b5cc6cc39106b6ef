// Asking the store from a worker, and being answered there.
//
//   Asker asker_{store, worker};                       // a member of whoever waits for the answer
//   asker_.read<Page<Conversation>>(
//       [owner, query](Repository& repository) { return repository.conversations(owner, query); },
//       [this](Result<Page<Conversation>> page) { ... });
//
// Answers come on the worker, in one of its later turns, and not at all once the asker is gone.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/reactor/worker.hpp"
#include "core/storage/store.hpp"

namespace patchbay::storage {

class Asker {
 public:
  template <typename T>
  using Job = std::function<Result<T>(Repository&)>;
  template <typename T>
  using Then = std::function<void(Result<T>)>;

  // Both must outlive the asker.
  Asker(Store& store, reactor::Worker& worker) : store_(store), worker_(worker) {}
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;
  ~Asker() = default;

  template <typename T>
  void read(Job<T> job, Then<T> then) {
    auto pending = prepare<T>(std::move(job), std::move(then));
    store_.read(std::move(pending.job), std::move(pending.done));
  }

  // The answer is ok once it is committed.
  template <typename T>
  void write(Job<T> job, Then<T> then, Store::Cost cost) {
    auto pending = prepare<T>(std::move(job), std::move(then));
    store_.write(std::move(pending.job), std::move(pending.done), cost);
  }

 private:
  struct Pending {
    Store::Job job;
    Store::Done done;
  };

  template <typename T>
  Pending prepare(Job<T> job, Then<T> then) {
    auto found = std::make_shared<std::optional<T>>();
    Pending pending;
    pending.job = [job = std::move(job), found](Repository& repository) -> Status {
      Result<T> result = job(repository);
      if (!result) return result.error();
      *found = *std::move(result);
      return ok();
    };
    auto answer =
        [found, then = std::move(then), alive = std::weak_ptr<int>(alive_)](Status status) {
          if (alive.expired()) return;
          if (!status) return then(status.error());
          then(std::move(**found));
        };
    pending.done = [&worker = worker_, answer = std::move(answer)](Status status) {
      worker.post([answer, status = std::move(status)] { answer(status); },
                  "answer of the storage");
    };
    return pending;
  }

  Store& store_;
  reactor::Worker& worker_;
  const std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // looked at on the worker alone
};

}  // namespace patchbay::storage
