#include "core/documents/preparer.hpp"

#include <utility>

namespace patchbay::documents {
namespace {

Result<Preparer::Chunks> chunks_of_file(const Preparer::Order& order) {
  auto text = extract_text(order.kind, order.bytes);
  if (!text) return text.error();
  Preparer::Chunks chunks;
  for (const std::string_view chunk : chunks_of(*text, order.rules, order.encoding))
    chunks.emplace_back(chunk);
  return chunks;
}

}  // namespace

Preparer::Preparer() : thread_([this] { run(); }) {}

void Preparer::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Preparer::prepare(Order order, Then then) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back({std::move(order), std::move(then)});
  changed_.notify_all();
}

void Preparer::run() {
  for (;;) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
      if (closed_) return;
      task = std::move(waiting_.front());
      waiting_.pop_front();
    }
    task.then(chunks_of_file(task.order));
  }
}

}  // namespace patchbay::documents
