#include "core/plugin_host/running.hpp"

namespace patchbay::plugin_host {

constinit thread_local Running* Running::innermost = nullptr;

}  // namespace patchbay::plugin_host
