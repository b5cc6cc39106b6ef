// The signatures of reasoning, kept for clients that drop them.
//
// Vendors whose models think between tool calls want their thinking back with the calls' results,
// word for word and with its signature. The usual chat clients do not know the fields for it. So
// the host keeps what an answer said, by the ids of its tool calls, and puts it back when the
// history comes without it (dialects/openai_chat/restore_signatures.hpp).
//
// Bounded: what is older than `kept_for` goes, and beyond `bytes_max` the oldest. An id that two
// answers used tells nothing and is not found, so that no conversation gets another one's thoughts.
//
// Thread-safe: one store serves all workers. The lock is held for a look-up in a table.

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/clock.hpp"
#include "core/chat/kept_reasoning.hpp"

namespace patchbay::relay {

class SignatureStore {
 public:
  struct Options {
    std::size_t bytes_max = 32 * 1024 * 1024;
    Clock::duration kept_for = std::chrono::hours(1);
  };

  SignatureStore() : SignatureStore(Options()) {}
  explicit SignatureStore(Options options) : options_(options) {}

  // Remembers the reasoning of one message. What is larger than the store as a whole is not kept.
  void keep(chat::KeptReasoning reasoning, Time now);

  // What was kept with the call of that id; null when there is nothing, or no longer.
  [[nodiscard]] std::shared_ptr<const chat::KeptReasoning> find(std::string_view call_id,
                                                                Time now) const;

  // Whether there is nothing to be found, without taking the lock.
  [[nodiscard]] bool empty() const { return bytes_.load(std::memory_order_relaxed) == 0; }
  [[nodiscard]] std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  using Message = std::shared_ptr<const chat::KeptReasoning>;
  struct Entry {
    Message message;
    Time until;
  };
  struct Slot {
    Message message;  // null: several messages have a call of this id
    Time until;
    std::size_t messages = 1;  // that have it
  };

  void forget_oldest();

  const Options options_;
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;  // the oldest first
  std::unordered_map<std::string, Slot> by_id_;
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace patchbay::relay
