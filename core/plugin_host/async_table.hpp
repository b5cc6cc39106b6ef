// The host extension patchbay.host.async/1: how a plugin's own threads speak of their calls.

#pragma once

#include "core/sdk/patchbay/abi.h"

namespace patchbay::plugin_host {

// The one table, the same for every module.
const pbay_host_async* async_table();

}  // namespace patchbay::plugin_host
