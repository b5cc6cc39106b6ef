#include "core/streams/memory_hub.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/streams/kept_reading.hpp"

namespace patchbay::streams {
namespace {

constexpr std::size_t kIdBytesMax = 64;

}  // namespace

bool is_stream_id(std::string_view id) {
  return !id.empty() && id.size() <= kIdBytesMax && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

// Who writes a log. All but `worker` on that worker alone.
struct MemoryHub::Writer {
  reactor::Worker& worker;
  Orders orders;  // empty once the log is gone; `stop` once it was called
};

class MemoryHub::MemoryLog final : public Log {
 public:
  MemoryLog(MemoryHub& hub, std::shared_ptr<KeptLog> kept, std::shared_ptr<Writer> writer)
      : hub_(hub), kept_(std::move(kept)), writer_(std::move(writer)) {}
  ~MemoryLog() override { finish(); }
  MemoryLog(const MemoryLog&) = delete;
  MemoryLog& operator=(const MemoryLog&) = delete;

  void append(std::string_view frames) override {
    if (kept_->append(frames)) hub_.make_room(*kept_);
  }

  void finish() override {
    if (std::exchange(finished_, true)) return;
    writer_->orders = {};
    kept_->finish();
    hub_.finished(writer_->worker, kept_);
  }

  [[nodiscard]] std::size_t readers() const override { return kept_->readers; }

 private:
  MemoryHub& hub_;
  const std::shared_ptr<KeptLog> kept_;
  const std::shared_ptr<Writer> writer_;
  bool finished_ = false;
};

MemoryHub::MemoryHub(Bounds bounds) : bounds_(bounds) {}

MemoryHub::~MemoryHub() = default;

std::unique_ptr<Log> MemoryHub::open(reactor::Worker& worker,
                                     Description description,
                                     Orders orders) {
  const std::string id = description.id;
  auto kept = std::make_shared<KeptLog>(std::move(description), bounds_.bytes, total_);
  auto writer = std::make_shared<Writer>(Writer{worker, std::move(orders)});
  std::shared_ptr<KeptLog> replaced;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    forget_old(worker.now());
    auto& entry = entries_[id];
    replaced = std::exchange(entry.log, kept);
    entry.writer = writer;
  }
  if (replaced != nullptr) replaced->drop();
  return std::make_unique<MemoryLog>(*this, std::move(kept), std::move(writer));
}

std::shared_ptr<KeptLog> MemoryHub::kept(const std::string& id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  forget_old(Clock::now());
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : found->second.log;
}

void MemoryHub::find(reactor::Worker& worker,
                     const std::string& owner,
                     const std::string& id,
                     std::weak_ptr<void> alive,
                     std::function<void(std::optional<Description>)> then) {
  std::optional<Description> found;
  if (const auto log = kept(id); log != nullptr && log->description().owner == owner) {
    found = log->description();
  }
  worker.post(
      [alive = std::move(alive), then = std::move(then), found = std::move(found)]() mutable {
        if (!alive.expired()) then(std::move(found));
      },
      "a stream that was looked for");
}

std::unique_ptr<Subscription> MemoryHub::read(reactor::Worker& worker,
                                              const std::string& id,
                                              std::uint64_t after,
                                              Listener& listener) {
  return read_kept(worker, kept(id), after, listener);
}

bool MemoryHub::ask_to_stop(const std::string& id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second.writer == nullptr) return false;
  // The worker is there as long as the entry names its writer.
  found->second.writer->worker.post(
      [writer = std::weak_ptr<Writer>(found->second.writer)] {
        const auto there = writer.lock();
        if (there == nullptr || !there->orders.stop) return;
        std::exchange(there->orders.stop, nullptr)();
      },
      "stopping a stream");
  return true;
}

void MemoryHub::stop(reactor::Worker& worker,
                     const std::string& owner,
                     const std::string& id,
                     std::weak_ptr<void> alive,
                     std::function<void(bool)> then) {
  const auto log = kept(id);
  const bool asked = log != nullptr && log->description().owner == owner && ask_to_stop(id);
  worker.post(
      [alive = std::move(alive), then = std::move(then), asked] {
        if (!alive.expired()) then(asked);
      },
      "a stream that was stopped");
}

void MemoryHub::ask_to_give_way(const std::string& id, std::function<void(bool)> then) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = entries_.find(id);
    if (found != entries_.end() && found->second.writer != nullptr) {
      return found->second.writer->worker.post(
          [writer = std::weak_ptr<Writer>(found->second.writer), then = std::move(then)] {
            const auto there = writer.lock();
            // A copy: what is called may let go of the orders.
            const auto give_way = there == nullptr ? nullptr : there->orders.give_way;
            then(give_way && give_way());
          },
          "a stream that is to give way");
    }
  }
  then(false);
}

void MemoryHub::give_way(reactor::Worker& worker,
                         const std::string& owner,
                         const std::string& id,
                         std::weak_ptr<void> alive,
                         std::function<void(bool)> then) {
  auto answer = [&worker, alive = std::move(alive), then = std::move(then)](bool ends) {
    worker.post(
        [alive, then, ends] {
          if (!alive.expired()) then(ends);
        },
        "a stream that was asked to give way");
  };
  const auto log = kept(id);
  if (log == nullptr || log->description().owner != owner) return answer(false);
  ask_to_give_way(id, std::move(answer));
}

void MemoryHub::leave(reactor::Worker& worker) {
  std::unique_ptr<reactor::Timer> sweep;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (const auto found = sweeps_.find(&worker); found != sweeps_.end()) {
    sweep = std::move(found->second);
    sweeps_.erase(found);
  }
}

void MemoryHub::finished(reactor::Worker& worker, const std::shared_ptr<KeptLog>& log) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = entries_.find(log->description().id);
  if (found == entries_.end() || found->second.log != log) return;  // another took its place
  found->second.writer = nullptr;
  finished_.push_back({worker.now() + bounds_.keep_finished, log});
  auto& sweep_timer = sweeps_[&worker];
  if (sweep_timer == nullptr) {
    sweep_timer = std::make_unique<reactor::Timer>(
        worker, [this, &worker] { sweep(worker); }, "forgetting old streams");
  }
  if (!sweep_timer->armed()) sweep_timer->arm(bounds_.keep_finished);
}

void MemoryHub::sweep(reactor::Worker& worker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  forget_old(worker.now());
  const auto found = sweeps_.find(&worker);
  if (!finished_.empty() && found != sweeps_.end()) found->second->arm_at(finished_.front().until);
}

// Whoever reads one of them reads on; nobody new finds it.
void MemoryHub::forget_old(Time now) {
  while (!finished_.empty() && finished_.front().until <= now) {
    erase(*finished_.front().log);
    finished_.pop_front();
  }
}

void MemoryHub::erase(const KeptLog& log) {
  const auto found = entries_.find(log.description().id);
  if (found != entries_.end() && found->second.log.get() == &log) entries_.erase(found);
}

void MemoryHub::make_room(KeptLog& growing) {
  if (total_ <= bounds_.total_bytes) return;
  std::vector<std::shared_ptr<KeptLog>> dropped;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    while (total_ > bounds_.total_bytes && !finished_.empty()) {
      dropped.push_back(std::move(finished_.front().log));
      finished_.pop_front();
      erase(*dropped.back());
      dropped.back()->drop();
    }
  }
  // What is left is all being written: then each pays for its own growth.
  if (total_ > bounds_.total_bytes) growing.shed();
}

}  // namespace patchbay::streams
