#include "core/check/arguments.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace patchbay::check {
namespace {

// Behind a struct of a host to come, members that the plugin does not know.
constexpr std::size_t kTailBytes = 64;
// Behind everything else, zeros: a plugin that reads a little too far is found by the check that
// looks for that, and not by every other.
constexpr std::size_t kSlackBytes = 256;

}  // namespace

Arguments::~Arguments() {
  seal();
}

pbay_str Arguments::text(std::string_view text, std::string_view name) {
  if (text.empty()) return {nullptr, 0};
  return {static_cast<const char*>(place(text.data(), text.size(), 1, name)), text.size()};
}

pbay_bytes Arguments::bytes(std::string_view bytes, std::string_view name) {
  if (bytes.empty()) return {nullptr, 0};
  return {static_cast<const std::uint8_t*>(place(bytes.data(), bytes.size(), 1, name)),
          bytes.size()};
}

void* Arguments::sized(
    const void* value, std::size_t size, std::size_t align, std::byte tail, std::string_view name) {
  if (host_.options().age != HostOptions::Age::kNewer) return place(value, size, align, name);
  std::vector<std::byte> larger(size + kTailBytes, tail);
  std::memcpy(larger.data(), value, size);
  const auto told = static_cast<std::uint32_t>(larger.size());
  std::memcpy(larger.data(), &told, sizeof told);
  void* at = place(larger.data(), larger.size(), align, name);
  tails_.push_back({static_cast<const std::byte*>(at) + size, tail, std::string(name)});
  return at;
}

void* Arguments::place(const void* data,
                       std::size_t size,
                       std::size_t align,
                       std::string_view name) {
  SealedMemory* sealed = host_.sealed();
  const bool to_the_byte = host_.options().age == HostOptions::Age::kOldest;
  if (sealed != nullptr && (to_the_byte || host_.options().seals_arguments)) {
    const std::size_t slack = to_the_byte ? 0 : kSlackBytes;
    void* at = sealed->place(data, size, align, std::string(name) + " of " + function_, slack);
    pieces_.push_back(at);
    return at;
  }
  auto& block = keeper_.emplace_back(std::make_unique<std::byte[]>(size + kSlackBytes));
  if (size > 0) std::memcpy(block.get(), data, size);
  return block.get();
}

void Arguments::check_tails() {
  for (const Tail& tail : std::exchange(tails_, {})) {
    const bool kept = std::all_of(
        tail.begin, tail.begin + kTailBytes, [&](std::byte byte) { return byte == tail.fill; });
    if (!kept) {
      host_.breaches().add(Rule::kBounds,
                           function_ + " wrote beyond the end of " + tail.name + " as it knows it");
    }
  }
}

void Arguments::seal() {
  check_tails();
  if (!host_.options().seals_arguments || host_.sealed() == nullptr) return;
  for (const void* piece : std::exchange(pieces_, {}))
    host_.sealed()->seal(piece);
}

std::vector<const void*> Arguments::release() {
  check_tails();
  return std::exchange(pieces_, {});
}

}  // namespace patchbay::check
