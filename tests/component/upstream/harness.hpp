// A worker with a client on it, and a handler that remembers what it was told.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/reactor/reactor.hpp"
#include "core/upstream/client.hpp"
#include "tests/component/upstream/raw_server.hpp"

namespace patchbay::upstream {

// Remembers one answer. The hooks run on the worker, inside the callback of the same name, and may
// do there what the contract allows.
//
// Threads: the callbacks come on the worker; the wait functions are for the test's thread.
class Recorder final : public ResponseHandler {
 public:
  std::function<void()> at_head;
  std::function<void()> at_body;
  std::function<void()> at_end;

  // The worker's own: touch it only there.
  std::unique_ptr<Transfer> transfer;

  void on_head(const ResponseHead& head) override;
  void on_body(std::string_view bytes) override;
  void on_end(Status status) override;

  // Each waits until it is so and the hook has run, and fails the test when that takes far too
  // long.
  void wait_head();
  void wait_body(std::size_t bytes);
  const Recorder& wait_end();

  // After wait_end(), or while the transfer is known to stand still.
  [[nodiscard]] int status() const;
  [[nodiscard]] http::HeaderList headers() const;
  [[nodiscard]] std::int64_t content_length() const;
  [[nodiscard]] std::string body() const;
  [[nodiscard]] std::size_t body_calls() const;
  [[nodiscard]] bool ended() const;
  [[nodiscard]] bool succeeded() const;
  [[nodiscard]] Error error() const;

 private:
  template <typename Condition>
  void wait(Condition&& condition);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool has_head_ = false;
  bool head_told_ = false;  // and the hook has run; so for the others
  std::size_t body_told_ = 0;
  bool end_told_ = false;
  ResponseHead head_;
  std::string body_;
  std::size_t body_calls_ = 0;
  int ends_ = 0;
  std::optional<Status> outcome_;
};

class UpstreamTest : public testing::Test {
 protected:
  explicit UpstreamTest(Client::Options options = {});
  ~UpstreamTest() override;

  // Runs `work` on the worker and returns what it returns.
  template <typename Work>
  auto on_worker(Work&& work) -> decltype(work()) {
    // Shared, since the worker may still be leaving the task when its result is here already.
    auto task = std::make_shared<std::packaged_task<decltype(work())()>>(std::forward<Work>(work));
    auto result = task->get_future();
    reactor_->worker(0).post([task] { (*task)(); });
    return result.get();
  }

  // Requests that may go to the loopback.
  static Request get(std::string url);
  static Request post(std::string url, std::vector<std::string_view> body);

  // Starts the request; the recorder belongs to the fixture.
  Recorder& start(Request request);
  Recorder& start(Request request, const std::function<void(Recorder&)>& prepare);

  // Starts it and waits for its end.
  const Recorder& fetch(Request request) { return start(std::move(request)).wait_end(); }

  // Destroys the transfer, on the worker.
  void cancel(Recorder& recorder);

  Client::Counters counters();

  // Lets the loop turn until the counters are as wanted.
  void wait_counters(const std::function<bool(const Client::Counters&)>& wanted);

  std::unique_ptr<reactor::Reactor> reactor_;
  std::unique_ptr<Client> client_;  // lives on the worker
  std::vector<std::unique_ptr<Recorder>> recorders_;
};

// An answer with its length told.
std::string answer(std::string_view body, std::string_view fields = "");

// A script that answers every request of a connection with `text`.
RawServer::Script always(std::string text);

}  // namespace patchbay::upstream
