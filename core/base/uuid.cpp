#include "core/base/uuid.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <sys/random.h>

namespace patchbay {
namespace {

// One system call fills a few dozen ids.
class RandomBytes {
 public:
  std::uint64_t next() {
    if (used_ == buffer_.size()) refill();
    return buffer_[used_++];
  }

 private:
  void refill() {
    std::size_t filled = 0;
    auto* bytes = reinterpret_cast<unsigned char*>(buffer_.data());
    while (filled < sizeof(buffer_)) {
      const ssize_t got = ::getrandom(bytes + filled, sizeof(buffer_) - filled, 0);
      if (got < 0) std::abort();  // a kernel without randomness cannot be worked around
      filled += static_cast<std::size_t>(got);
    }
    used_ = 0;
  }

  std::array<std::uint64_t, 64> buffer_{};
  std::size_t used_ = 64;
};

// The 60 bits of time: 48 of milliseconds and 12 of their fraction (RFC 9562, section 6.2, method
// 3), which count on from the id before where the clock has not moved on or went back.
std::uint64_t next_time() {
  static std::atomic<std::uint64_t> last{0};
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count());
  const std::uint64_t now = (us / 1000 << 12) | (us % 1000 << 2);
  std::uint64_t before = last.load(std::memory_order_relaxed);
  std::uint64_t mine = 0;
  do {
    mine = std::max(now, before + 1);
  } while (!last.compare_exchange_weak(before, mine, std::memory_order_relaxed));
  return mine;
}

void append_hex(std::string& out, std::uint64_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    out.push_back("0123456789abcdef"[(value >> shift) & 0xF]);
  }
}

}  // namespace

std::string make_uuid() {
  thread_local RandomBytes bytes;
  const std::uint64_t random = bytes.next();
  const std::uint64_t time = next_time();
  std::string out;
  out.reserve(36);
  append_hex(out, time >> 28, 8);
  out.push_back('-');
  append_hex(out, time >> 12 & 0xFFFF, 4);
  out.push_back('-');
  append_hex(out, 0x7000 | (time & 0xFFF), 4);
  out.push_back('-');
  append_hex(out, 0x8000 | (random & 0x3FFF), 4);
  out.push_back('-');
  append_hex(out, bytes.next() >> 16, 12);
  return out;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    const bool digit = (text[at] >= '0' && text[at] <= '9') || (text[at] >= 'a' && text[at] <= 'f');
    if (dash ? text[at] != '-' : !digit) return false;
  }
  return true;
}

}  // namespace patchbay
