#include "core/plugin_host/staged_plugin.hpp"

#include <utility>

namespace patchbay::plugin_host {

Error refuse_plugin(const Manifest& manifest, ErrorCode code, const std::string& what) {
  return make_error(code,
                    "plugin " + manifest.id + " " + manifest.version + " (" +
                        manifest.library.string() + "): " + what);
}

Result<StagedPtr> stage(const Manifest& manifest,
                        const std::filesystem::path& state_folder,
                        const std::string& name) {
  Result<PrivateCopy> copy = PrivateCopy::make(manifest.library, state_folder, manifest.id, name);
  if (!copy) return refuse_plugin(manifest, copy.error().code, copy.error().message);
  if (!manifest.sha256.empty() && copy->sha256() != manifest.sha256) {
    return refuse_plugin(manifest,
                         ErrorCode::kInvalid,
                         "the library is not the one that its manifest was made for: it has the "
                         "sha256 " +
                             copy->sha256() + ", the manifest says " + manifest.sha256 +
                             "; install both from one package");
  }
  return std::make_shared<const StagedPlugin>(StagedPlugin{manifest, *std::move(copy)});
}

Result<StagedPtr> stage_again(const StagedPlugin& staged,
                              const std::filesystem::path& state_folder,
                              const std::string& name) {
  Result<PrivateCopy> copy = staged.copy.again(state_folder, staged.manifest.id, name);
  if (!copy) return refuse_plugin(staged.manifest, copy.error().code, copy.error().message);
  return std::make_shared<const StagedPlugin>(StagedPlugin{staged.manifest, *std::move(copy)});
}

}  // namespace patchbay::plugin_host
