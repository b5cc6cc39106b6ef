// What waits to be sent to one client: gathered in one buffer, sent with one system call a turn.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace patchbay::server {

class Output {
 public:
  enum class Result {
    kDrained,  // all sent
    kBlocked,  // the client's window is full; try again when the socket is writable
    kFailed,   // the client is gone
  };

  void append(std::string_view bytes) { buffer_.append(bytes); }

  // "SIZE\r\n" BYTES "\r\n", the chunked coding of one piece. REQUIRES: !bytes.empty().
  void append_chunk(std::string_view bytes);

  [[nodiscard]] std::size_t pending() const { return buffer_.size() - sent_; }

  Result send_to(int fd);

 private:
  std::string buffer_;
  std::size_t sent_ = 0;  // bytes at the front of buffer_ that are gone already
};

}  // namespace patchbay::server
