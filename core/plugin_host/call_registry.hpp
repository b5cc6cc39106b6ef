// The calls of one plugin module by their ids.
//
// An id is a slot and the slot's generation, which grows whenever the slot is given away again, so
// an id that a plugin kept too long is noticed. Each slot also holds the sink its calls are given:
// a sink is never freed before the module, so one that is used too late can still be refused.
//
// Thread-safe. A look-up takes one lock that only calls of the same slot share.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "core/sdk/patchbay/abi.h"

namespace patchbay::plugin_host {

class CallState;

class CallRegistry {
 public:
  struct Place {
    pbay_call_id id = 0;  // 0: every slot is taken
    pbay_sink* sink = nullptr;
  };

  // `sink` is what every call's sink looks like.
  explicit CallRegistry(const pbay_sink& sink) : sink_(sink) {}
  ~CallRegistry();
  CallRegistry(const CallRegistry&) = delete;
  CallRegistry& operator=(const CallRegistry&) = delete;

  // Gives a call its place, until remove(). The registry does not keep the call alive.
  Place add(const std::weak_ptr<CallState>& call);

  // The call of that id; nullptr when it has ended or never was.
  [[nodiscard]] std::shared_ptr<CallState> find(pbay_call_id id) const;

  // Every call that has its place. Takes the lock of each slot, one after another.
  [[nodiscard]] std::vector<std::shared_ptr<CallState>> all() const;

  void remove(pbay_call_id id);

 private:
  struct Slot {
    mutable std::mutex mutex;
    std::uint32_t generation = 0;  // odd while the slot is taken
    std::weak_ptr<CallState> call;
    pbay_sink sink{};
  };
  static constexpr std::uint32_t kBlockSlots = 256;
  static constexpr std::uint32_t kMaxBlocks = 4096;
  using Block = std::array<Slot, kBlockSlots>;

  [[nodiscard]] Slot* slot_at(std::uint32_t index) const;

  const pbay_sink sink_;
  std::array<std::atomic<Block*>, kMaxBlocks> blocks_{};

  mutable std::mutex mutex_;  // guards what follows
  std::vector<std::uint32_t> free_;
  std::uint32_t slots_ = 0;
};

}  // namespace patchbay::plugin_host
