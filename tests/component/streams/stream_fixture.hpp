// Hubs, writers and readers on workers, driven from the test's own thread.

#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/streams/hub.hpp"
#include "tests/support/on_workers.hpp"

namespace patchbay::streams {

inline std::string line(std::uint64_t number) {
  return "line " + std::to_string(number) + "\n";
}

// Lines from `first` to `last`.
inline std::string lines(std::uint64_t first, std::uint64_t last) {
  std::string all;
  for (std::uint64_t i = first; i <= last; ++i)
    all += line(i);
  return all;
}

// Keeps what it is told. Looked at on its worker alone.
class Ear final : public Listener {
 public:
  void on_frames(std::uint64_t number, std::string_view bytes) override {
    EXPECT_FALSE(ended || lost) << "nothing follows the end";
    EXPECT_TRUE(next == 0 || number == next) << number << " after " << next;
    if (first == 0) first = number;
    frames += bytes;
    next = number + static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    ++calls;
    if (pause_after_each && subscription != nullptr) subscription->set_wanted(false);
    if (leave_after_first) subscription.reset();
  }
  void on_caught_up() override {
    EXPECT_FALSE(caught_up || ended || lost);
    caught_up = true;
  }
  void on_end() override {
    EXPECT_FALSE(ended || lost);
    ended = true;
  }
  void on_lost() override {
    EXPECT_FALSE(ended || lost);
    lost = true;
  }
  [[nodiscard]] bool over() const { return ended || lost; }

  std::string frames;
  std::uint64_t first = 0;
  std::uint64_t next = 0;
  int calls = 0;
  bool caught_up = false;
  bool ended = false;
  bool lost = false;
  bool pause_after_each = false;
  bool leave_after_first = false;
  std::unique_ptr<Subscription> subscription;
};

class StreamTest : public testing::Test {
 protected:
  static constexpr unsigned kWorkers = 3;

  ~StreamTest() override {
    for (unsigned i = 0; i < kWorkers; ++i) {
      workers_.run(i, [&] {
        for (auto& [worker, log] : logs_)
          if (worker == i) log.reset();
        for (auto& [worker, ear] : ears_)
          if (worker == i) ear->subscription.reset();
      });
    }
    for (const auto& hub : hubs_)
      leave(*hub);
  }

  // Every worker leaves: as the end of a process does.
  void leave(Hub& hub) {
    for (unsigned i = 0; i < kWorkers; ++i)
      workers_.run(i, [&] { hub.leave(workers_[i]); });
  }

  static Description described(const std::string& id) {
    return {.id = id,
            .owner = "user:ada",
            .conversation_id = "conversation",
            .protocol = "data-stream",
            .content_type = "text/event-stream",
            .lines = true};
  }

  Log& open(Hub& hub,
            unsigned worker,
            const std::string& id,
            std::function<void()> on_stop = {},
            std::function<bool()> give_way = {}) {
    logs_.emplace_back(worker, workers_.run(worker, [&] {
      return hub.open(workers_[worker], described(id), {std::move(on_stop), std::move(give_way)});
    }));
    return *logs_.back().second;
  }

  void append(unsigned worker, Log& log, const std::string& frames) {
    workers_.run(worker, [&] { log.append(frames); });
  }

  void finish(unsigned worker, Log& log) {
    workers_.run(worker, [&] { log.finish(); });
  }

  Ear& read(Hub& hub, unsigned worker, const std::string& id, std::uint64_t after = 0) {
    ears_.emplace_back(worker, std::make_unique<Ear>());
    Ear& ear = *ears_.back().second;
    workers_.run(worker, [&] { ear.subscription = hub.read(workers_[worker], id, after, ear); });
    return ear;
  }

  // A reader that is told at most one piece until it is let go on.
  Ear& read_slowly(Hub& hub, unsigned worker, const std::string& id) {
    ears_.emplace_back(worker, std::make_unique<Ear>());
    Ear& ear = *ears_.back().second;
    ear.pause_after_each = true;
    workers_.run(worker, [&] { ear.subscription = hub.read(workers_[worker], id, 0, ear); });
    return ear;
  }

  std::optional<Description> find(Hub& hub,
                                  unsigned worker,
                                  const std::string& owner,
                                  const std::string& id) {
    std::promise<std::optional<Description>> found;
    auto future = found.get_future();
    workers_.run(worker, [&] {
      hub.find(workers_[worker], owner, id, alive_, [&](std::optional<Description> stream) {
        found.set_value(std::move(stream));
      });
    });
    return future.get();
  }

  bool stop(Hub& hub, unsigned worker, const std::string& owner, const std::string& id) {
    std::promise<bool> stopped;
    auto future = stopped.get_future();
    workers_.run(worker, [&] {
      hub.stop(workers_[worker], owner, id, alive_, [&](bool asked) { stopped.set_value(asked); });
    });
    return future.get();
  }

  bool give_way(Hub& hub, unsigned worker, const std::string& owner, const std::string& id) {
    std::promise<bool> told;
    auto future = told.get_future();
    workers_.run(worker, [&] {
      hub.give_way(workers_[worker], owner, id, alive_, [&](bool ends) { told.set_value(ends); });
    });
    return future.get();
  }

  template <typename T, typename... Arguments>
  std::shared_ptr<T> make_hub(Arguments&&... arguments) {
    auto hub = std::make_shared<T>(std::forward<Arguments>(arguments)...);
    hubs_.push_back(hub);
    return hub;
  }

  std::vector<std::shared_ptr<Hub>> hubs_;
  test::Workers workers_{kWorkers};  // ends before the hubs do
  std::vector<std::pair<unsigned, std::unique_ptr<Log>>> logs_;
  std::vector<std::pair<unsigned, std::unique_ptr<Ear>>> ears_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace patchbay::streams
