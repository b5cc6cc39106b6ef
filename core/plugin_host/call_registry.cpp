#include "core/plugin_host/call_registry.hpp"

namespace patchbay::plugin_host {
namespace {

constexpr unsigned kGenerationShift = 32;

}  // namespace

CallRegistry::~CallRegistry() {
  for (std::atomic<Block*>& block : blocks_)
    delete block.load();
}

CallRegistry::Slot* CallRegistry::slot_at(std::uint32_t index) const {
  if (index / kBlockSlots >= kMaxBlocks) return nullptr;
  Block* block = blocks_[index / kBlockSlots].load(std::memory_order_acquire);
  return block == nullptr ? nullptr : &(*block)[index % kBlockSlots];
}

CallRegistry::Place CallRegistry::add(const std::weak_ptr<CallState>& call) {
  std::uint32_t index = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      index = free_.back();
      free_.pop_back();
    } else {
      if (slots_ == kBlockSlots * kMaxBlocks) return {};
      index = slots_++;
      if (index % kBlockSlots == 0) {
        blocks_[index / kBlockSlots].store(new Block, std::memory_order_release);
      }
    }
  }
  Slot& slot = *slot_at(index);
  const std::lock_guard lock(slot.mutex);
  ++slot.generation;
  slot.call = call;
  slot.sink = sink_;
  return {pbay_call_id{slot.generation} << kGenerationShift | index, &slot.sink};
}

std::shared_ptr<CallState> CallRegistry::find(pbay_call_id id) const {
  const Slot* slot = slot_at(static_cast<std::uint32_t>(id));
  if (slot == nullptr) return nullptr;
  const std::lock_guard lock(slot->mutex);
  if (slot->generation != id >> kGenerationShift) return nullptr;
  return slot->call.lock();
}

std::vector<std::shared_ptr<CallState>> CallRegistry::all() const {
  std::uint32_t slots = 0;
  {
    const std::lock_guard lock(mutex_);
    slots = slots_;
  }
  std::vector<std::shared_ptr<CallState>> calls;
  for (std::uint32_t index = 0; index < slots; ++index) {
    const Slot& slot = *slot_at(index);
    const std::lock_guard lock(slot.mutex);
    if (auto call = slot.call.lock()) calls.push_back(std::move(call));
  }
  return calls;
}

void CallRegistry::remove(pbay_call_id id) {
  const auto index = static_cast<std::uint32_t>(id);
  Slot* slot = slot_at(index);
  if (slot == nullptr) return;
  {
    const std::lock_guard lock(slot->mutex);
    if (slot->generation != id >> kGenerationShift) return;
    ++slot->generation;
    slot->call.reset();
  }
  const std::lock_guard lock(mutex_);
  free_.push_back(index);
}

}  // namespace patchbay::plugin_host
