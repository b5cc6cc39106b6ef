// Memory that is handed out piece by piece and given back all at once: what a plugin allocates
// during one call. The first bytes lie in the arena itself, so a small call allocates nothing.
//
// Not thread-safe: one arena serves one call.

#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace patchbay::plugin_host {

class Arena {
 public:
  static constexpr std::size_t kMaxBytes = 1024 * 1024;  // handed out in total, padding included
  static constexpr std::size_t kMaxAlign = 4096;

  // Uninitialised memory; nullptr beyond kMaxBytes or when `align` is not a power of two up to
  // kMaxAlign. Asking for 0 bytes gives a pointer of its own as well.
  void* allocate(std::size_t bytes, std::size_t align);

 private:
  static constexpr std::size_t kFirstBytes = 1024;
  static constexpr std::size_t kBlockBytes = 4096;

  void* take(std::size_t bytes, std::size_t align);

  alignas(std::max_align_t) std::array<std::byte, kFirstBytes> first_;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* free_ = first_.data();
  std::size_t left_ = kFirstBytes;
  std::size_t used_ = 0;
};

}  // namespace patchbay::plugin_host
