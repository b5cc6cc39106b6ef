// One loaded generation of a plugin: its code in memory, checked, and the host table it was given.
//
// Loading goes: a private copy, dlopen, the entry function, the descriptor against the manifest,
// init(). The end goes: deinit(), a look at what threads are left, and the code is unmapped where
// that is safe; where it is not, or not known to be, the mapping stays until the process ends.
//
// Threads: load() and the destructor are [control]; the rest from any.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/plugin_host/generation_ledger.hpp"
#include "core/plugin_host/host_context.hpp"
#include "core/plugin_host/staged_plugin.hpp"
#include "core/plugin_host/thread_census.hpp"
#include "core/sdk/patchbay/abi.h"

namespace patchbay::plugin_host {

class Module {
 public:
  struct Environment {
    std::string host_version;
    LogSink log;
    int log_level = PBAY_LOG_INFO;
    std::shared_ptr<GenerationLedger> ledger = {};  // empty: nobody asks
    std::size_t retained_warn = 16;  // retained generations from which each one is warned of
  };

  // The name of a generation's copy.
  static std::string copy_name(const Manifest& manifest, std::uint32_t generation);

  // Every message names the plugin and says what to do. REQUIRES: nothing was loaded from `staged`.
  static Result<std::unique_ptr<Module>> load(StagedPtr staged,
                                              const Environment& environment,
                                              std::uint32_t generation);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  [[nodiscard]] const Manifest& manifest() const { return staged_->manifest; }
  [[nodiscard]] const std::string& id() const { return manifest().id; }
  [[nodiscard]] const std::string& version() const { return manifest().version; }
  [[nodiscard]] std::uint32_t generation() const { return generation_; }
  [[nodiscard]] HostContext& host() { return *host_; }
  [[nodiscard]] const StagedPtr& staged() const { return staged_; }

  // It will never end: something of it is left to itself. `on_pinned`, if given, hears of it once.
  void pin();
  void on_pinned(std::function<void()> hear) { on_pinned_ = std::move(hear); }

  // Where this generation is written down.
  [[nodiscard]] const std::shared_ptr<GenerationLedger>& ledger() const { return ledger_; }
  [[nodiscard]] GenerationLedger::Entry ledger_entry() const { return entry_; }

  // The provider type of that name; nullptr when the plugin has none such.
  [[nodiscard]] const pbay_provider_type* type(std::string_view name) const;

  // Held around every [control] function, of which a plugin runs one at a time.
  [[nodiscard]] std::mutex& control() { return control_; }

 private:
  class Library;  // the only place that knows Boost.DLL
  struct Retained;

  static Retained& retained_modules();

  Module(StagedPtr staged, const Environment& environment, std::uint32_t generation);

  Status open();
  Status negotiate(const Environment& environment);
  Status check_descriptor() const;
  Status check_types() const;
  Status initialise();
  std::string end();
  void retain(std::string why);

  // "plugin patchbay.example 1.0.0 (/path/lib.so): <what>".
  [[nodiscard]] Error refuse(ErrorCode code, const std::string& what) const;

  const StagedPtr staged_;
  const std::uint32_t generation_;
  const std::shared_ptr<GenerationLedger> ledger_;
  const std::size_t retained_warn_;
  GenerationLedger::Entry entry_ = 0;
  std::unique_ptr<HostContext> host_;
  std::unique_ptr<Library> library_;
  const pbay_plugin* plugin_ = nullptr;
  std::optional<ThreadCensus> before_init_;
  bool initialised_ = false;
  std::function<void()> on_pinned_;
  std::string kept_because_;  // why it must stay mapped; empty: it may go
  std::mutex control_;
};

}  // namespace patchbay::plugin_host
