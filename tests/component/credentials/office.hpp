// What tests of credentials share: workers with their workplaces, a token server on the loopback
// address, a provider whose credential comes from it, a clock that a test moves, and callers.

#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/plugin_host/control_thread.hpp"
#include "core/reactor/reactor.hpp"
#include "core/relay/credentials.hpp"
#include "tests/component/upstream/raw_server.hpp"

namespace patchbay::relay {

// The token server. Every request waits for its answer, which the test gives; requests of one
// connection come one after another.
class TokenServer {
 public:
  // A response's status line, fields and body; "" closes the connection instead.
  static std::string response(int status, std::string_view body);

  // Answers the next requests like this, one each, without being waited for.
  void answer(std::string text, std::size_t times = 1);

  // Waits until so many requests have come in all.
  void wait_requests(std::size_t count);
  [[nodiscard]] std::size_t requests() const;
  [[nodiscard]] std::string last_request() const;
  [[nodiscard]] std::string url() const { return server_.url("/token"); }

  ~TokenServer();

 private:
  void serve(upstream::Peer& peer);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> answers_;
  std::size_t requests_ = 0;
  std::string last_;
  bool closing_ = false;
  upstream::RawServer server_{[this](upstream::Peer& peer) { serve(peer); }};
};

// A provider whose plugin is this code: it asks the server, and takes what that says.
class FakeInstance final : public plugin_host::Instance, private plugin_host::CredentialSource {
 public:
  FakeInstance(std::string url, plugin_host::ControlThread& control)
      : url_(std::move(url)), control_(control) {}

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::string& type() const override { return name_; }
  [[nodiscard]] const std::string& plugin_id() const override { return name_; }
  [[nodiscard]] const std::string& plugin_version() const override { return name_; }
  [[nodiscard]] std::uint32_t generation() const override { return 1; }
  [[nodiscard]] const std::vector<plugin_host::Operation>& operations() const override {
    return operations_;
  }
  [[nodiscard]] const std::vector<std::string>& client_headers() const override { return headers_; }
  [[nodiscard]] const std::vector<plugin_host::StaticModel>& models() const override {
    return models_;
  }
  [[nodiscard]] std::size_t live_calls() const override { return 0; }
  [[nodiscard]] plugin_host::CredentialSource* credentials() const override {
    return const_cast<FakeInstance*>(this);
  }

  // What build_request() fails with, if it does.
  std::optional<plugin_host::CallError> refuses;
  std::atomic<std::int64_t> valid_for_s{1000};

 private:
  void build_request(Built done) override;
  void on_response(Response response, Taken done) override;
  void run(std::function<void()> work);

  const std::string name_ = "demo";
  const std::string url_;
  const std::vector<plugin_host::Operation> operations_;
  const std::vector<std::string> headers_;
  const std::vector<plugin_host::StaticModel> models_;
  plugin_host::ControlThread& control_;
};

// One call that needs the credential.
struct Caller {
  enum class State { kAsking, kWaits, kGoes, kFails };
  State state = State::kAsking;
  chat::Failure failure;
  std::unique_ptr<Credentials::Wait> wait;  // the worker's
  unsigned worker = 0;
};

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest();
  ~CredentialsTest() override;

  template <typename Work>
  auto on_worker(unsigned index, Work&& work) -> decltype(work()) {
    auto task = std::make_shared<std::packaged_task<decltype(work())()>>(std::forward<Work>(work));
    auto result = task->get_future();
    reactor_->worker(index).post([task] { (*task)(); });
    return result.get();
  }

  // Has a call ask on a worker; what it is told on the spot is in its state.
  Caller& ask(unsigned worker = 0);
  Caller::State wait_told(Caller& caller);
  void leave(Caller& caller);
  // Ends a workplace, as a server that stops does.
  void close(unsigned worker);

  // A credential that is there from the start.
  void fetch_first();
  void wait_idle();  // until no exchange runs; it may be one that nobody waits for
  void advance(std::chrono::seconds by) { offset_s_ += by.count(); }

  static upstream::Connection to_loopback();

  TokenServer server_;
  std::unique_ptr<reactor::Reactor> reactor_;
  std::vector<std::unique_ptr<Workplace>> workplaces_;  // each lives on its worker
  plugin_host::ControlThread control_;
  std::shared_ptr<FakeInstance> instance_ = std::make_shared<FakeInstance>(server_.url(), control_);
  std::atomic<std::int64_t> offset_s_{0};
  std::shared_ptr<Credentials> credentials_;

 private:
  std::mutex mutex_;  // guards the callers' states
  std::condition_variable changed_;
  std::deque<Caller> callers_;
};

}  // namespace patchbay::relay
