// The hub of one process: logs are in its memory, and gone with it.

#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/streams/hub.hpp"
#include "core/streams/kept_log.hpp"

namespace patchbay::streams {

class MemoryHub final : public Hub {
 public:
  explicit MemoryHub(Bounds bounds);
  ~MemoryHub() override;

  std::unique_ptr<Log> open(reactor::Worker& worker,
                            Description description,
                            Orders orders) override;
  void find(reactor::Worker& worker,
            const std::string& owner,
            const std::string& id,
            std::weak_ptr<void> alive,
            std::function<void(std::optional<Description>)> then) override;
  std::unique_ptr<Subscription> read(reactor::Worker& worker,
                                     const std::string& id,
                                     std::uint64_t after,
                                     Listener& listener) override;
  void stop(reactor::Worker& worker,
            const std::string& owner,
            const std::string& id,
            std::weak_ptr<void> alive,
            std::function<void(bool)> then) override;
  void give_way(reactor::Worker& worker,
                const std::string& owner,
                const std::string& id,
                std::weak_ptr<void> alive,
                std::function<void(bool)> then) override;
  void leave(reactor::Worker& worker) override;

  // For a hub that has more than this process. Any thread.
  // The log of that id, whoever's it is; null where there is none, or none any more.
  std::shared_ptr<KeptLog> kept(const std::string& id);
  // Asks for a running stream to be stopped, whoever's it is; true when somebody is there.
  bool ask_to_stop(const std::string& id);
  // Asks a running stream to give way, whoever's it is. `then` is told on the stream's worker, or
  // at once where there is none.
  void ask_to_give_way(const std::string& id, std::function<void(bool)> then);

 private:
  class MemoryLog;
  struct Writer;
  struct Entry {
    std::shared_ptr<KeptLog> log;
    std::shared_ptr<Writer> writer;  // null once it is finished
  };
  struct Finished {
    Time until;  // when it is dropped
    std::shared_ptr<KeptLog> log;
  };

  void finished(reactor::Worker& worker, const std::shared_ptr<KeptLog>& log);
  void make_room(KeptLog& growing);
  void forget_old(Time now);
  void erase(const KeptLog& log);
  void sweep(reactor::Worker& worker);

  const Bounds bounds_;
  std::atomic<std::size_t> total_{0};  // bytes of all logs

  std::mutex mutex_;
  // Guarded by mutex_:
  std::unordered_map<std::string, Entry> entries_;
  std::deque<Finished> finished_;  // the oldest first
  std::unordered_map<reactor::Worker*, std::unique_ptr<reactor::Timer>> sweeps_;  // own thread each
};

}  // namespace patchbay::streams
