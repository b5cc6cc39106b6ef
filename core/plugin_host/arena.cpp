#include "core/plugin_host/arena.hpp"

#include <algorithm>
#include <new>

namespace patchbay::plugin_host {

void* Arena::allocate(std::size_t bytes, std::size_t align) {
  const bool power_of_two = align != 0 && (align & (align - 1)) == 0;
  if (!power_of_two || align > kMaxAlign || bytes > kMaxBytes) return nullptr;
  bytes = std::max<std::size_t>(bytes, 1);
  if (void* found = take(bytes, align)) return found;
  const std::size_t size = std::max(kBlockBytes, bytes + align);
  if (used_ + bytes > kMaxBytes) return nullptr;
  std::unique_ptr<std::byte[]> block(new (std::nothrow) std::byte[size]);
  if (block == nullptr) return nullptr;
  free_ = block.get();
  left_ = size;
  blocks_.push_back(std::move(block));
  return take(bytes, align);
}

void* Arena::take(std::size_t bytes, std::size_t align) {
  void* at = free_;
  std::size_t left = left_;
  if (std::align(align, bytes, at, left) == nullptr) return nullptr;
  const std::size_t padding = left_ - left;
  if (used_ + padding + bytes > kMaxBytes) return nullptr;
  used_ += padding + bytes;
  free_ = static_cast<std::byte*>(at) + bytes;
  left_ = left - bytes;
  return at;
}

}  // namespace patchbay::plugin_host
