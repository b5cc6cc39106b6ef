// A server of the tests' own that says exactly what a test's script says, down to single bytes.
//
//   RawServer server([](Peer& peer) {
//     peer.read_request();
//     peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
//   });
//
// The script runs once for every connection, each on a thread of its own, with blocking calls.
// When it returns, the connection is closed.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <openssl/ssl.h>

namespace patchbay::upstream {

// One connection, as its script sees it.
class Peer {
 public:
  Peer(int fd, int index, SSL_CTX* tls);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // Which connection to the server this is, from 0.
  [[nodiscard]] int index() const { return index_; }

  // Head and body of the next request as they came; empty when the client closed instead.
  std::string read_request();

  // The head alone, its empty line included; the body is left for read().
  std::string read_head();

  // Up to `size` bytes; empty at the end.
  std::string read(std::size_t size);

  // False when the client is gone.
  bool send(std::string_view bytes);

  // Sends as much as the client takes and returns how much that was: it ends when the socket has
  // had no room for `quiet_ms`.
  std::size_t send_until_stuck(std::string_view bytes, int quiet_ms);

  // Waits until the client closes; true when it did so without sending anything more.
  bool closed_by_client();

  // Has the connection closed with a reset instead of an end once the script returns.
  void reset();

  // Closes the TCP connection without TLS's word of farewell.
  void drop();

 private:
  friend class RawServer;

  bool read_more();

  int fd_;
  const int index_;
  SSL* ssl_ = nullptr;
  std::string input_;
};

// A key and a certificate that names only "localhost", signed by itself.
class Certificate {
 public:
  Certificate();
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  [[nodiscard]] const std::string& file() const { return certificate_file_; }
  [[nodiscard]] const std::string& key_file() const { return key_file_; }

 private:
  std::string folder_;
  std::string certificate_file_;
  std::string key_file_;
};

class RawServer {
 public:
  using Script = std::function<void(Peer& peer)>;

  // With a certificate, connections speak TLS; a handshake that fails runs no script.
  explicit RawServer(Script script, const Certificate* certificate = nullptr);
  ~RawServer();  // breaks what is still open and waits for the scripts
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  // "127.0.0.1:port"
  [[nodiscard]] std::string name() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(std::string_view target = "/") const;
  [[nodiscard]] int accepted() const;

 private:
  struct Session {
    int fd = -1;
    std::thread thread;
  };

  void accept_all();
  void serve(Session& session, int index);

  const Script script_;
  SSL_CTX* tls_ = nullptr;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::list<Session> sessions_;  // guarded by mutex_
  bool stopping_ = false;        // guarded by mutex_
  std::thread acceptor_;
};

}  // namespace patchbay::upstream
