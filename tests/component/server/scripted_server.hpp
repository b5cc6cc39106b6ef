// A server with a handler that does as the path says, for the tests of what clients see.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "core/server/server.hpp"
#include "tests/support/blocking_client.hpp"

namespace patchbay::server {

using Client = test::BlockingClient;

// What the handler below saw, told to the test's thread.
class Journal {
 public:
  void note(const std::string& what) {
    const std::lock_guard<std::mutex> lock(mutex_);
    notes_ += what + ";";
    changed_.notify_all();
  }
  bool wait_for(const std::string& what) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(
        lock, std::chrono::seconds(20), [&] { return notes_.find(what + ";") != notes_.npos; });
  }
  std::string notes() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return notes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string notes_;
};

// Holds an exchange open: writes one piece, then as much as goes when told to.
class Holding : public Responder {
 public:
  Holding(Exchange& exchange, Journal& journal, bool endless, std::atomic<int>& pieces)
      : exchange_(exchange), journal_(journal), endless_(endless), pieces_(pieces) {}
  ~Holding() override { journal_.note("destroyed"); }

  void start() {
    exchange_.begin(200, {}, std::nullopt);
    exchange_.write("first");
    if (endless_) pour();
  }
  void on_drain() override {
    journal_.note("drain");
    pour();
  }
  void on_gone() override { journal_.note("gone"); }
  void on_half_close() override {
    journal_.note("half-close");
    if (exchange_.begun()) exchange_.write("ping");
  }
  void on_shutdown() override {
    journal_.note("shutdown");
    exchange_.write("goodbye");
    exchange_.end();
  }

 private:
  void pour() {
    const std::string piece(32 * 1024, 'x');
    while (exchange_.writable()) {
      exchange_.write(piece);
      ++pieces_;
    }
    journal_.note("paused");
  }

  Exchange& exchange_;
  Journal& journal_;
  const bool endless_;
  std::atomic<int>& pieces_;
};

// The size of the body that /big answers with: more than the system takes for a client at once.
inline constexpr std::size_t kBigBytes = 16 << 20;

class Scripted : public Handler {
 public:
  Scripted(Journal& journal, std::atomic<int>& pieces) : journal_(journal), pieces_(pieces) {}

  void handle(Exchange& exchange) override {
    const Request& request = exchange.request();
    if (request.target == "/hold" || request.target == "/endless") {
      auto responder =
          std::make_unique<Holding>(exchange, journal_, request.target == "/endless", pieces_);
      Holding& holding = *responder;
      exchange.attach(std::move(responder));
      return holding.start();
    }
    if (request.target == "/silent") {
      exchange.attach(std::make_unique<Holding>(exchange, journal_, false, pieces_));
      return journal_.note("silent");
    }
    if (request.target == "/poured") {
      return exchange.respond(200, {}, std::to_string(pieces_) + " pieces");
    }
    if (request.target == "/big") {
      ++pieces_;
      return exchange.respond(200, {}, std::string(kBigBytes, 'b'));
    }
    if (request.target == "/abort") {
      exchange.begin(200, {}, 100);
      exchange.write("half");
      return exchange.abort();
    }
    exchange.respond(
        200, {}, request.method + " " + request.target + " " + std::string(request.body()));
  }

  Rejection reject(int status, std::string_view message, const Request&) override {
    Rejection rejection;
    rejection.headers.add("x-status", std::to_string(status));
    rejection.body = message;
    return rejection;
  }

 private:
  Journal& journal_;
  std::atomic<int>& pieces_;
};

class ServerTest : public testing::Test {
 protected:
  void SetUp() override { start({}); }

  void start(Limits limits) {
    server_.reset();
    if (!reactor_) {
      auto reactor = reactor::Reactor::start({.workers = 2, .on_fault = {}});
      ASSERT_TRUE(reactor);
      reactor_ = std::move(*reactor);
    }
    auto server = Server::start(
        *reactor_, {.address = "127.0.0.1:0", .limits = limits}, [this](reactor::Worker&) {
          return std::make_unique<Scripted>(journal_, pieces_);
        });
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  void TearDown() override {
    server_.reset();
    reactor_.reset();
  }

  [[nodiscard]] const std::string& address() const { return server_->address(); }

  Journal journal_;
  std::atomic<int> pieces_{0};  // written by endless answers, 32 KiB each
  std::unique_ptr<reactor::Reactor> reactor_;
  std::unique_ptr<Server> server_;
};

}  // namespace patchbay::server
