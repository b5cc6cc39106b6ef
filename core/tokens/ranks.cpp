#include "core/tokens/ranks.hpp"

#include <cstdlib>
#include <cstring>

namespace patchbay::tokens {
namespace {

constexpr std::string_view kMagic = "PBRANKS1";
constexpr std::size_t kHeadBytes = 20;

// A slot from its lowest bit on: where the token begins, how long it is (0: the slot is free), its
// rank, and some bits of its hash, which spare most looks at the token itself.
constexpr int kOffsetBits = 22;
constexpr int kLengthBits = 8;
constexpr int kRankBits = 18;
constexpr int kHashBits = 16;
static_assert(kOffsetBits + kLengthBits + kRankBits + kHashBits == 64);

constexpr std::uint64_t low_bits(std::uint64_t value, int bits) {
  return value & ((std::uint64_t{1} << bits) - 1);
}

std::uint32_t number_at(std::string_view packed, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) {
    value = (value << 8) | static_cast<unsigned char>(packed[at + i]);
  }
  return value;
}

std::uint64_t hash_of(const char* bytes, std::size_t size) {
  constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15;
  std::uint64_t hash = size * kFactor;
  while (size > 0) {
    const std::size_t taken = size < 8 ? size : 8;
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, taken);
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 29;
    bytes += taken;
    size -= taken;
  }
  return hash * kFactor;
}

}  // namespace

Ranks::Ranks(std::string_view packed) {
  if (packed.size() < kHeadBytes || !packed.starts_with(kMagic)) std::abort();
  size_ = number_at(packed, 8);
  const std::size_t bytes = number_at(packed, 12);
  const std::size_t pattern = number_at(packed, 16);
  if (packed.size() != kHeadBytes + pattern + size_ + bytes) std::abort();
  if (size_ >> kRankBits != 0 || bytes >> kOffsetBits != 0) std::abort();
  pattern_ = packed.substr(kHeadBytes, pattern);
  const char* lengths = packed.data() + kHeadBytes + pattern;
  tokens_ = lengths + size_;

  std::size_t slots = 1;
  while (slots * 4 < size_ * 5)
    slots *= 2;
  slots_.assign(slots, 0);
  mask_ = slots - 1;
  std::uint64_t offset = 0;
  for (std::size_t rank = 0; rank < size_; ++rank) {
    const std::uint64_t length = static_cast<unsigned char>(lengths[rank]);
    const std::uint64_t hash = hash_of(tokens_ + offset, length);
    std::size_t at = hash & mask_;
    while (slots_[at] != 0)
      at = (at + 1) & mask_;
    slots_[at] = offset | length << kOffsetBits |
                 std::uint64_t{rank} << (kOffsetBits + kLengthBits) |
                 (hash >> (64 - kHashBits)) << (64 - kHashBits);
    offset += length;
  }
}

std::uint32_t Ranks::find(std::string_view bytes) const {
  const std::uint64_t hash = hash_of(bytes.data(), bytes.size());
  for (std::size_t at = hash & mask_; slots_[at] != 0; at = (at + 1) & mask_) {
    const std::uint64_t slot = slots_[at];
    if ((slot ^ hash) >> (64 - kHashBits) != 0) continue;
    if (low_bits(slot >> kOffsetBits, kLengthBits) != bytes.size()) continue;
    const char* token = tokens_ + low_bits(slot, kOffsetBits);
    if (std::memcmp(token, bytes.data(), bytes.size()) != 0) continue;
    return static_cast<std::uint32_t>(low_bits(slot >> (kOffsetBits + kLengthBits), kRankBits));
  }
  return kNone;
}

}  // namespace patchbay::tokens
