// The bytes of a file that is said to be ELF, read by their offsets and never beyond their end.

#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay::plugin_host {

class ElfBytes {
 public:
  explicit ElfBytes(std::vector<char> bytes) : bytes_(std::move(bytes)) {}

  template <typename T>
  [[nodiscard]] std::optional<T> at(std::uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }

  // A text that ends with a NUL, as a view of these bytes; empty when it does not.
  [[nodiscard]] std::string_view text_at(std::uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    const char* begin = bytes_.data() + offset;
    const void* end = std::memchr(begin, '\0', bytes_.size() - offset);
    if (end == nullptr) return {};
    return {begin, static_cast<std::size_t>(static_cast<const char*>(end) - begin)};
  }

 private:
  const std::vector<char> bytes_;
};

}  // namespace patchbay::plugin_host
