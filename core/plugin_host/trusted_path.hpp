// Whether a file may be loaded as code: nobody but its owner's side could have changed it.

#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace patchbay::plugin_host {

// Why `path`, or a folder above it, lets any user of the machine replace it, with what to do about
// it; nothing when all is well. A folder with the sticky bit (/tmp) passes: in it users cannot
// touch each other's files. What cannot be examined is reported as well.
std::optional<std::string> why_untrusted(const std::filesystem::path& path);

}  // namespace patchbay::plugin_host
