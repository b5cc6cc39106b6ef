// A client on a worker, asked from the test's own thread.

#pragma once

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/storage/redis/client.hpp"
#include "tests/support/on_workers.hpp"
#include "tests/support/redis_server.hpp"

namespace patchbay::storage::redis {

class ClientTest : public testing::Test {
 protected:
  ~ClientTest() override {
    workers_.run(0, [this] { client_.reset(); });
  }

  static Address at(std::uint16_t port) {
    Address address;
    address.port = port;
    return address;
  }

  void make_client(const Address& address) { make_client(address, {}); }
  void make_client(const Address& address, Client::Options options) {
    workers_.run(0, [&] { client_ = std::make_unique<Client>(workers_[0], address, options); });
  }

  std::future<Result<Reply>> send(std::vector<std::string> arguments) {
    auto promise = std::make_shared<std::promise<Result<Reply>>>();
    auto future = promise->get_future();
    workers_.run(0, [&] {
      client_->command(std::move(arguments), alive_, [promise](Result<Reply> reply) {
        promise->set_value(std::move(reply));
      });
    });
    return future;
  }

  Result<Reply> ask(std::vector<std::string> arguments) { return send(std::move(arguments)).get(); }

  // Until the client has a connection that answers.
  bool answers_again() {
    return workers_.until(0, [this] { return client_->connected(); }) && ask({"PING"}).has_value();
  }

  test::Workers workers_{1};
  std::unique_ptr<Client> client_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace patchbay::storage::redis
