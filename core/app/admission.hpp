// From settings to who may ask, and what an administrator should know about it.

#pragma once

#include "core/access/authenticator.hpp"
#include "core/settings/settings.hpp"

namespace patchbay::app {

// `loopback`: the server listens on a loopback address only.
access::Authenticator make_authenticator(const settings::Access& access, bool loopback);

// Logs a warning where everybody, or nobody, can use what is served to more than this machine.
void warn_of_access(const settings::Access& access, bool loopback);

}  // namespace patchbay::app
