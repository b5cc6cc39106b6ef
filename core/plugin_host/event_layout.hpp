// What the events of the plugin ABI look like in memory: how to check one that comes from a plugin,
// and how to copy one with everything it refers to.

#pragma once

#include <cstddef>
#include <memory>

#include "core/sdk/patchbay/abi.h"

namespace patchbay::plugin_host {

enum class EventCheck {
  kGood,
  kUnknown,    // of a type that this host does not know
  kMalformed,  // too small for its type, or a view that promises bytes and points nowhere
};

// REQUIRES: `event` points to at least a pbay_event.
EventCheck check_event(const pbay_event& event);

// An event that owns its texts; it outlives the plugin's.
class OwnedEvent {
 public:
  // REQUIRES: check_event(event) == EventCheck::kGood.
  explicit OwnedEvent(const pbay_event& event);

  [[nodiscard]] const pbay_event& get() const {
    return *reinterpret_cast<const pbay_event*>(storage_.get());
  }
  // What it occupies.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  // What the copy of an event would occupy.
  static std::size_t bytes_of(const pbay_event& event);

 private:
  std::size_t bytes_ = 0;
  std::unique_ptr<std::byte[]> storage_;
};

}  // namespace patchbay::plugin_host
