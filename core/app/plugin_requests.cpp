#include "core/app/plugin_requests.hpp"

#include <algorithm>
#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace patchbay::app {

using Outcome = api::PluginChangeResult::Outcome;

PluginRequests::PluginRequests(const plugin_host::Catalog& catalog)
    : catalog_(catalog), descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC | EFD_SEMAPHORE)) {}

PluginRequests::~PluginRequests() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::vector<plugin_host::PluginState> PluginRequests::plugins() const {
  std::vector<plugin_host::PluginState> plugins = catalog_.plugins();
  const std::lock_guard lock(mutex_);
  for (plugin_host::PluginState& plugin : plugins) {
    for (plugin_host::ServedTool& tool : plugin.tools) {
      tool.offered = std::any_of(offered_.begin(), offered_.end(), [&](const auto& each) {
        return each->provider() == tool.provider && each->name() == tool.name;
      });
    }
  }
  return plugins;
}

void PluginRequests::offer(api::ToolSet tools) {
  const std::lock_guard lock(mutex_);
  offered_ = std::move(tools);
}

void PluginRequests::change(api::PluginChange change, Done done) {
  Outcome refused = Outcome::kStopping;
  {
    const std::lock_guard lock(mutex_);
    if (!closed_ && waiting_.size() < kWaitingMax) {
      waiting_.push_back({std::move(change), std::move(done)});
      const std::uint64_t one = 1;
      // Cannot fail: the counter is nowhere near its bound.
      static_cast<void>(::write(descriptor_, &one, sizeof one) == sizeof one);
      return;
    }
    if (!closed_) refused = Outcome::kBusy;
  }
  done({refused, {}});
}

std::optional<PluginRequests::Request> PluginRequests::next() {
  std::uint64_t one = 0;
  static_cast<void>(::read(descriptor_, &one, sizeof one) == sizeof one);
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  Request request = std::move(waiting_.front());
  waiting_.pop_front();
  return request;
}

void PluginRequests::close() {
  std::deque<Request> left;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    left.swap(waiting_);
  }
  for (const Request& request : left)
    request.done({Outcome::kStopping, {}});
}

}  // namespace patchbay::app
