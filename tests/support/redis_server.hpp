// A real redis-server for a test: on a free loopback port, in a temporary folder, gone with the
// test.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace patchbay::test {

class RedisServer {
 public:
  // Starts it and waits until it answers; throws std::runtime_error if it does not. `options` go to
  // the command line ("--requirepass", "secret").
  explicit RedisServer(std::vector<std::string> options = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }

  void kill();    // as a crash does; returns once it is gone
  void start();   // again, on the same port; nothing was kept
  void freeze();  // it keeps its connections and does nothing
  void unfreeze();

  // The answer to a command without blanks in its arguments, as Redis writes it; for looking at
  // what is there from outside.
  [[nodiscard]] std::string ask(const std::string& command) const;

 private:
  [[nodiscard]] bool try_start();

  const std::vector<std::string> options_;
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace patchbay::test
