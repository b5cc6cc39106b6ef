// One connection to the bench's upstream, plain or TLS: bytes in, bytes out, never blocking.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

struct ssl_st;  // OpenSSL's SSL

namespace patchbay::bench {

struct Stream;

class UpstreamPeer {
 public:
  // Takes the socket, and `ssl` (null: plain), which is freed with it.
  UpstreamPeer(int fd, ssl_st* ssl);
  ~UpstreamPeer();
  UpstreamPeer(const UpstreamPeer&) = delete;
  UpstreamPeer& operator=(const UpstreamPeer&) = delete;

  // Appends what can be read to `into`; false when the other side has gone.
  bool receive(std::string& into);

  // Sends, keeping what the socket does not take; false when the other side has gone.
  bool send(std::string_view bytes);

  // Sends what was kept; false when the other side has gone.
  bool flush() { return send({}); }
  [[nodiscard]] bool blocked() const { return !kept_.empty(); }

  [[nodiscard]] int fd() const { return fd_; }

  // What it is being answered with; kept by the server.
  enum class Answer { kNone, kPaced, kFlood };
  Answer answer = Answer::kNone;
  const Stream* stream = nullptr;  // of an answer that streams; the server's
  std::int64_t interval_ns = 0;    // of a paced answer
  std::int64_t due_ns = 0;
  std::string input;     // the beginning of a request
  std::string reported;  // the request's mark, where its end is to be reported
  bool watches_output = false;

 private:
  std::ptrdiff_t send_now(std::string_view bytes);  // -1: gone, else what was taken

  int fd_;
  ssl_st* ssl_;
  std::string kept_;
};

}  // namespace patchbay::bench
