// A real PostgreSQL of a test's own, on a free loopback port and in a folder that goes with it.
//
// It will not run as root, so there it runs as the user postgres. Ended by its process id.

#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace patchbay {

class PostgresServer {
 public:
  // Makes its folder and starts it; throws std::runtime_error, with what was said, when that fails.
  PostgresServer();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  void start();  // on the same port and folder as before
  void stop();   // breaks all connections, loses nothing that is committed
  void kill();   // as when its machine loses its power, all but the disk

  // A schema of this name, made if it is not there, as a database URL.
  std::string url(const std::string& schema);

  // Has blanks and signs that mean something in URLs.
  static constexpr const char* kPassword = "p w@:/?#%";

 private:
  void end(int signal);
  void execute(const std::string& sql);

  std::string folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace patchbay
