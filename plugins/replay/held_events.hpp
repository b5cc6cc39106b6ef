// Events that were said and have not been taken yet: copies, in order.
//
//   HeldEvents held;
//   reader.read(frame, framing, held.sink());     // says any number of events
//   while (!held.empty() && sink.emit(held.front()) == PBAY_OK) held.pop();

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "patchbay/sink.hpp"

namespace patchbay::plugins::replay {

class HeldEvents {
 public:
  HeldEvents();
  HeldEvents(const HeldEvents&) = delete;  // the sink points to it
  HeldEvents& operator=(const HeldEvents&) = delete;

  // Where events are said.
  [[nodiscard]] sdk::Sink& sink() { return sink_; }

  [[nodiscard]] bool empty() const { return events_.empty(); }
  // REQUIRES: not empty. Valid until pop().
  [[nodiscard]] const pbay_event& front() const;
  void pop() { events_.pop_front(); }

 private:
  // Memory for an event and, behind it, its texts.
  using Copy = std::unique_ptr<std::max_align_t[]>;

  static pbay_status take(pbay_sink* sink, const pbay_event* event) noexcept;

  std::deque<Copy> events_;
  pbay_sink raw_;
  sdk::Sink sink_;
};

}  // namespace patchbay::plugins::replay
