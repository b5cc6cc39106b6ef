#include "core/base/uuid.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <sys/random.h>

#include "core/base/clock.hpp"

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

struct Generator {
  RandomBytes random;
  std::uint64_t last_ms = 0;
  std::uint64_t counter = 0;  // 12 bits beside the time, counting ids of one millisecond
};

void append_hex(std::string& out, std::uint64_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    out.push_back("0123456789abcdef"[(value >> shift) & 0xF]);
  }
}

}  // namespace

std::string make_uuid() {
  thread_local Generator generator;
  auto now = static_cast<std::uint64_t>(unix_ms());
  const std::uint64_t random = generator.random.next();
  if (now > generator.last_ms) {
    generator.last_ms = now;
    generator.counter = random >> 53;  // 11 random bits leave room to count up
  } else if (++generator.counter > 0xFFF) {
    generator.counter = 0;
    ++generator.last_ms;  // borrow from the next millisecond rather than repeat
  }
  now = generator.last_ms;
  std::string out;
  out.reserve(36);
  append_hex(out, now >> 16, 8);
  out.push_back('-');
  append_hex(out, now & 0xFFFF, 4);
  out.push_back('-');
  append_hex(out, 0x7000 | generator.counter, 4);
  out.push_back('-');
  append_hex(out, 0x8000 | (random & 0x3FFF), 4);
  out.push_back('-');
  append_hex(out, generator.random.next() >> 16, 12);
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
