// A plugin's account of a failure, in the host's own memory.

#pragma once

#include "core/base/error.hpp"
#include "core/plugin_host/instance.hpp"

namespace patchbay::plugin_host {

// Copies what the plugin knew to fill in; texts beyond generous bounds are cut.
CallError copy_error(const pbay_error& error);

// The same failure for those who know no categories.
Error to_error(const CallError& error);

}  // namespace patchbay::plugin_host
