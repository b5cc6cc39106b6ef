// Requests about plugins, from whoever asks to the one thread that carries them out; and what that
// thread says of them.

#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/api/admin/plugin_control.hpp"
#include "core/api/tools/server_tool.hpp"
#include "core/plugin_host/catalog.hpp"

namespace patchbay::app {

class PluginRequests final : public api::PluginControl {
 public:
  static constexpr std::size_t kWaitingMax = 32;

  struct Request {
    api::PluginChange change;
    Done done;
  };

  // `catalog` outlives whoever may still ask.
  explicit PluginRequests(const plugin_host::Catalog& catalog);
  ~PluginRequests() override;
  PluginRequests(const PluginRequests&) = delete;
  PluginRequests& operator=(const PluginRequests&) = delete;

  [[nodiscard]] std::vector<plugin_host::PluginState> plugins() const override;
  void change(api::PluginChange change, Done done) override;

  // What models are offered from now on.
  void offer(api::ToolSet tools);

  // Readable while a request waits.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  // The oldest one that waits.
  std::optional<Request> next();

  // Turns away those that wait, and all that will come.
  void close();

 private:
  const plugin_host::Catalog& catalog_;
  const int descriptor_;

  mutable std::mutex mutex_;  // guards what follows
  api::ToolSet offered_;
  std::deque<Request> waiting_;
  bool closed_ = false;
};

}  // namespace patchbay::app
