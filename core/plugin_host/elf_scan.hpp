// Whether a shared object may be unmapped again once nothing of it runs any more.

#pragma once

#include <filesystem>

namespace patchbay::plugin_host {

// False when something in the file ties it to the process for good: a unique symbol, a destructor
// of a thread-local object, a thread-specific key, or the wish never to be unloaded. Also false
// when the file cannot be understood: keeping a mapping is always safe.
bool can_be_unmapped(const std::filesystem::path& library);

}  // namespace patchbay::plugin_host
