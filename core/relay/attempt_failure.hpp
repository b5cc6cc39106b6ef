// What an attempt says when it fails: the plugin's words, the upstream's, or ours.

#pragma once

#include "core/chat/failure.hpp"
#include "core/plugin_host/instance.hpp"

namespace patchbay::relay {

chat::Failure failure_of(const plugin_host::CallError& error);

}  // namespace patchbay::relay
