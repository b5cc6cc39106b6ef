// A version of a plugin that is ready to be loaded: what its manifest said, and a copy of its
// library whose hash was held against that.
//
// The version before the one in use is kept like this, so that going back to it needs nothing but
// memory.

#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "core/plugin_host/manifest.hpp"
#include "core/plugin_host/private_copy.hpp"

namespace patchbay::plugin_host {

struct StagedPlugin {
  Manifest manifest;
  PrivateCopy copy;
};

using StagedPtr = std::shared_ptr<const StagedPlugin>;

// Copies the library. `state_folder` is that of PrivateCopy, and `name` the copy's. Fails when the
// copy does not have the hash that the manifest names.
Result<StagedPtr> stage(const Manifest& manifest,
                        const std::filesystem::path& state_folder,
                        const std::string& name);

// The same version once more, to be loaded beside what was loaded from it before.
Result<StagedPtr> stage_again(const StagedPlugin& staged,
                              const std::filesystem::path& state_folder,
                              const std::string& name);

// "plugin patchbay.example 1.0.0 (/path/lib.so): <what>", as every refusal begins.
Error refuse_plugin(const Manifest& manifest, ErrorCode code, const std::string& what);

}  // namespace patchbay::plugin_host
