// One loaded generation of a plugin: its code in memory, checked, and the host table it was given.
//
// Loading goes: a private copy, dlopen, the entry function, the descriptor against the manifest,
// init(). The end goes: deinit(), and the code is unmapped where that is safe; where it is not, or
// not known to be, the mapping stays until the process ends.
//
// Threads: load() and the destructor are [control]; the rest from any.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/plugin_host/host_context.hpp"
#include "core/plugin_host/manifest.hpp"
#include "core/sdk/patchbay/abi.h"

namespace patchbay::plugin_host {

class Module {
 public:
  struct Environment {
    std::filesystem::path state_folder;  // for private copies; empty: in memory
    std::string host_version;
    LogSink log;
    int log_level = PBAY_LOG_INFO;
  };

  // Every message names the plugin and says what to do.
  static Result<std::shared_ptr<Module>> load(const Manifest& manifest,
                                              const Environment& environment,
                                              std::uint32_t generation);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] std::uint32_t generation() const { return generation_; }
  [[nodiscard]] HostContext& host() { return *host_; }

  // The provider type of that name; nullptr when the plugin has none such.
  [[nodiscard]] const pbay_provider_type* type(std::string_view name) const;

  // Held around every [control] function, of which a plugin runs one at a time.
  [[nodiscard]] std::mutex& control() { return control_; }

  // How many ended generations are still mapped, in the whole process.
  static std::size_t retained();

 private:
  class Library;  // the only place that knows Boost.DLL
  struct Retained;

  static Retained& retained_modules();

  Module(const Manifest& manifest, const Environment& environment, std::uint32_t generation);

  Status open(const Manifest& manifest, const Environment& environment);
  Status negotiate(const Environment& environment);
  Status check_descriptor(const Manifest& manifest) const;
  Status check_types(const Manifest& manifest) const;
  Status initialise();

  // "plugin patchbay.example 1.0.0 (/path/lib.so): <what>".
  [[nodiscard]] Error refuse(ErrorCode code, const std::string& what) const;

  const std::string id_;
  const std::string version_;
  const std::filesystem::path file_;
  const std::uint32_t generation_;
  std::unique_ptr<HostContext> host_;
  std::unique_ptr<Library> library_;
  const pbay_plugin* plugin_ = nullptr;
  bool initialised_ = false;
  bool unmap_ = false;
  std::mutex control_;
};

}  // namespace patchbay::plugin_host
