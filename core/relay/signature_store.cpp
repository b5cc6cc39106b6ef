#include "core/relay/signature_store.hpp"

#include <utility>

namespace patchbay::relay {

void SignatureStore::keep(chat::KeptReasoning reasoning, Time now) {
  const std::size_t size = reasoning.bytes();
  if (reasoning.calls.empty() || size > options_.bytes_max) return;
  const Time until = now + options_.kept_for;
  const Message message = std::make_shared<const chat::KeptReasoning>(std::move(reasoning));
  const std::lock_guard lock(mutex_);
  while (!entries_.empty() && entries_.front().until <= now)
    forget_oldest();
  while (!entries_.empty() && bytes_ + size > options_.bytes_max)
    forget_oldest();
  for (const auto& call : message->calls) {
    const auto [place, is_new] = by_id_.try_emplace(call.id, Slot{message, until});
    if (is_new) continue;
    ++place->second.messages;
    place->second.message = nullptr;
  }
  entries_.push_back({message, until});
  bytes_ += size;
}

std::shared_ptr<const chat::KeptReasoning> SignatureStore::find(std::string_view call_id,
                                                                Time now) const {
  const std::string id(call_id);  // outside of the lock
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  // What is too old stays until something new comes; it must not be found meanwhile.
  return found == by_id_.end() || found->second.until <= now ? nullptr : found->second.message;
}

void SignatureStore::forget_oldest() {
  const Message message = std::move(entries_.front().message);
  entries_.pop_front();
  bytes_ -= message->bytes();
  for (const auto& call : message->calls) {
    const auto place = by_id_.find(call.id);
    if (place != by_id_.end() && --place->second.messages == 0) by_id_.erase(place);
  }
}

}  // namespace patchbay::relay
