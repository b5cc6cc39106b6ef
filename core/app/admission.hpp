// From settings to who may ask, and what an administrator should know about it.

#pragma once

#include "core/access/authenticator.hpp"
#include "core/api/snapshot.hpp"
#include "core/settings/settings.hpp"

namespace patchbay::app {

// `loopback`: the server listens on a loopback address only.
access::Authenticator make_authenticator(const settings::Access& access, bool loopback);

// The limits, counting where `previous` counted; null at the start.
api::RateLimits make_rate_limits(const settings::Settings& settings, const api::Snapshot* previous);

// Logs a warning where everybody, or nobody, can use what is served to more than this machine, and
// for a limit that holds for no path there is.
void warn_of_access(const settings::Settings& settings, bool loopback);

}  // namespace patchbay::app
