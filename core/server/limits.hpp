// Every bound of the client side in one place: what happens at each is a clear answer, not a crash.

#pragma once

#include <chrono>
#include <cstddef>

namespace patchbay::server {

struct Limits {
  std::size_t head_bytes_max = 32 * 1024;         // request line and headers; beyond: 431
  std::size_t headers_max = 100;                  // header fields; beyond: 431
  std::size_t body_bytes_max = 32 * 1024 * 1024;  // beyond: 413
  std::size_t connections_max = 16 * 1024;        // of all workers; beyond: 503 and close
  std::size_t turned_away_max = 256;              // per worker, being told so; beyond: just closed
  std::size_t output_high_bytes = 256 * 1024;     // queued to one client; beyond: the source pauses
  std::size_t pipelined_bytes_max = 64 * 1024;    // read ahead while an answer is under way
  std::chrono::milliseconds head_timeout{30'000};    // from the first byte of a request; then 408
  std::chrono::milliseconds body_timeout{60'000};    // without a byte of the body; then 408
  std::chrono::milliseconds idle_timeout{75'000};    // between requests; then close
  std::chrono::milliseconds stall_timeout{120'000};  // output waiting and nothing taken; then close
  std::chrono::milliseconds linger_timeout{2'000};   // for the client to read our last words
};

}  // namespace patchbay::server
