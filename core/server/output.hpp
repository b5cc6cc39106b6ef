// What waits to be sent to one client: gathered in blocks, sent with one system call a turn.
//
// Blocks are let go as they are sent, so that what a slow reader costs is what waits for it, and
// not the next power of two.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::server {

class Output {
 public:
  enum class Result {
    kDrained,  // all sent
    kBlocked,  // the client's window is full; try again when the socket is writable
    kFailed,   // the client is gone
  };

  void append(std::string_view bytes);

  // "SIZE\r\n" BYTES "\r\n", the chunked coding of one piece. REQUIRES: !bytes.empty().
  void append_chunk(std::string_view bytes);

  [[nodiscard]] std::size_t pending() const { return pending_; }

  Result send_to(int fd);

 private:
  void forget(std::size_t sent);

  // The first grows as needed, up to a block's size; the others have that size from the beginning.
  std::vector<std::string> blocks_;
  std::size_t sent_ = 0;  // bytes at the front of the first block that are gone already
  std::size_t pending_ = 0;
};

}  // namespace patchbay::server
