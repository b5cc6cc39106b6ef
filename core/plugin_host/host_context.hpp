// The host as one plugin module sees it: its pbay_host table and what stands behind it.

#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/plugin_host/call_registry.hpp"
#include "core/plugin_host/log_sink.hpp"
#include "core/sdk/patchbay/abi.h"

namespace patchbay::plugin_host {

// Thread-safe.
class HostContext {
 public:
  struct Options {
    std::string plugin;  // its id, for the log
    std::string host_version;
    LogSink log;
    int log_level = PBAY_LOG_INFO;
  };

  explicit HostContext(Options options);
  HostContext(const HostContext&) = delete;
  HostContext& operator=(const HostContext&) = delete;

  // What init() and create() are given.
  [[nodiscard]] const pbay_host* table() const { return &table_; }
  [[nodiscard]] CallRegistry& calls() { return calls_; }
  [[nodiscard]] int log_level() const { return options_.log_level; }
  // The plugin's id, for whoever may look at it when the plugin is gone.
  [[nodiscard]] const char* immortal_name() const { return immortal_name_; }

  void log(int level, std::string_view message);

  // Logs that the plugin broke the contract. `what` is a fixed text, and the same one is logged at
  // most every ten seconds, with the number of times it was left out; `detail` may vary.
  void misbehaved(std::string_view what, std::string_view detail = {});

  // How often misbehaved() was called.
  [[nodiscard]] std::uint64_t misbehaviours() const;

  static HostContext& of(const pbay_host* host) { return *static_cast<HostContext*>(host->impl); }

 private:
  struct Repeated {
    Time next;
    std::uint64_t left_out = 0;
  };

  const Options options_;
  const char* const immortal_name_;
  pbay_host table_{};
  CallRegistry calls_;

  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, Repeated, std::less<>> repeated_;
  std::uint64_t misbehaviours_ = 0;
};

}  // namespace patchbay::plugin_host
