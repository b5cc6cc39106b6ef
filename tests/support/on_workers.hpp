// Running pieces of a test on the workers of a reactor, and waiting there for what must come about.

#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <type_traits>

#include <gtest/gtest.h>

#include "core/reactor/reactor.hpp"

namespace patchbay::test {

class Workers {
 public:
  explicit Workers(unsigned count) {
    auto started = reactor::Reactor::start(
        {.workers = count, .on_fault = [](const char* what) { ADD_FAILURE() << what; }});
    EXPECT_TRUE(started);
    reactor_ = std::move(*started);
  }

  reactor::Reactor& reactor() { return *reactor_; }
  reactor::Worker& operator[](unsigned index) { return reactor_->worker(index); }

  // Runs `work` on that worker and waits for it; returns what it returns.
  template <typename Work>
  auto run(unsigned index, Work work) {
    using Value = std::invoke_result_t<Work>;
    std::promise<Value> done;
    auto future = done.get_future();
    (*this)[index].post([&] {
      if constexpr (std::is_void_v<Value>) {
        work();
        done.set_value();
      } else {
        done.set_value(work());
      }
    });
    return future.get();
  }

  // Asks on that worker again and again until `condition` holds; false if it does not within
  // `patience`, which is for tests that fail.
  template <typename Condition>
  [[nodiscard]] bool until(unsigned index,
                           Condition condition,
                           std::chrono::seconds patience = std::chrono::seconds(60)) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!run(index, [&]() -> bool { return condition(); })) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

 private:
  std::unique_ptr<reactor::Reactor> reactor_;
};

}  // namespace patchbay::test
