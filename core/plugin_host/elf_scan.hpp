// Whether a shared object may be unmapped again once nothing of it runs any more.

#pragma once

#include <filesystem>
#include <string>

namespace patchbay::plugin_host {

// Why the file is tied to the process for good once it is loaded, as in "it has ..."; empty when it
// may be unmapped. What ties it: a unique symbol, a destructor of a thread-local object, a
// thread-specific key, or the wish never to be unloaded. A file that cannot be understood is tied
// as well: keeping a mapping is always safe.
std::string why_kept_mapped(const std::filesystem::path& library);

}  // namespace patchbay::plugin_host
