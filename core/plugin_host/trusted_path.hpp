// Whether a file may be loaded as code: nobody but its owner's side could have changed it.

#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace patchbay::plugin_host {

// Why `path`, or a folder above it, lets any user of the machine replace it, with what to do about
// it; nothing when all is well. Looked at is every step of the way, symbolic links and what they
// lead to included.
//
// A folder with the sticky bit (/tmp) passes, since in it users cannot touch each other's files;
// but whoever comes first may take a name there, so what lies in such a folder must belong to us or
// to root. What cannot be examined is reported as well. Groups are trusted.
std::optional<std::string> why_untrusted(const std::filesystem::path& path);

}  // namespace patchbay::plugin_host
