// The least of a host that a plugin's code needs: memory for one call, and the same random bytes
// every time.

#pragma once

#include <cstring>
#include <memory>
#include <vector>

#include "patchbay/abi.h"

namespace patchbay::fuzz {

class ArenaHost {
 public:
  ArenaHost() {
    table_.size = sizeof table_;
    table_.abi_major = PBAY_ABI_MAJOR;
    table_.abi_minor = PBAY_ABI_MINOR;
    table_.impl = this;
    table_.log = [](const pbay_host*,
                    std::int32_t,
                    pbay_call_id,
                    pbay_str,
                    const pbay_kv*,
                    std::size_t) noexcept {};
    table_.random = [](const pbay_host*, void* out, std::size_t size) noexcept {
      std::memset(out, 7, size);
    };
    table_.call_alloc =
        [](const pbay_host* host, pbay_call_id, std::size_t size, std::size_t) noexcept -> void* {
      auto& blocks = static_cast<ArenaHost*>(host->impl)->blocks_;
      return blocks.emplace_back(std::make_unique<std::byte[]>(size)).get();
    };
  }
  ArenaHost(const ArenaHost&) = delete;
  ArenaHost& operator=(const ArenaHost&) = delete;

  [[nodiscard]] const pbay_host* raw() const { return &table_; }

 private:
  pbay_host table_{};
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
};

}  // namespace patchbay::fuzz
