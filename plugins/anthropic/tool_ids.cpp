#include "plugins/anthropic/tool_ids.hpp"

#include <cstdint>

namespace patchbay::plugins::anthropic {
namespace {

bool fits(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
         c == '-';
}

std::string hex(std::uint64_t value) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string digits;
  for (int shift = 28; shift >= 0; shift -= 4)
    digits.push_back(kDigits[(value >> shift) & 0xF]);
  return digits;
}

// The same for the same id, always: a call and its result may come in different requests. Two ids
// that differ only in what does not fit stay apart by the digits behind.
std::string fitting(std::string_view id) {
  std::string made;
  bool changed = id.empty();
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : id) {
    made.push_back(fits(c) ? c : '_');
    changed = changed || !fits(c);
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  }
  return changed ? made + "_" + hex(hash) : made;
}

}  // namespace

std::string ToolIds::call(std::string_view id) {
  Use& use = uses_[std::string(id)];
  const std::string first = fitting(id);
  use.latest = first;
  while (!given_.insert(use.latest).second) {
    use.latest = first + "_" + std::to_string(++use.times + 1);
  }
  return use.latest;
}

std::string_view ToolIds::result(std::string_view id) const {
  const auto found = uses_.find(std::string(id));
  return found == uses_.end() ? std::string_view() : found->second.latest;
}

}  // namespace patchbay::plugins::anthropic
