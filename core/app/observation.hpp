// What the process tells of itself while it runs: faults and stalls in the log, plugins among the
// metrics.

#pragma once

#include <memory>

#include "core/access/failed_logins.hpp"
#include "core/plugin_host/catalog.hpp"
#include "core/reactor/reactor.hpp"
#include "core/telemetry/metrics.hpp"

namespace patchbay::app {

// For a reactor whose workers count in `metrics`, one each, and whose faults and stalls are logged.
reactor::Reactor::Options observed_by(telemetry::Metrics& metrics);

// Shows the catalog's plugins in `metrics`, until metrics.stop().
void observe_plugins(telemetry::Metrics& metrics, const plugin_host::Catalog& catalog);

// Shows how many logins failed, and how many were not looked at for that.
void observe_logins(telemetry::Metrics& metrics, std::shared_ptr<access::FailedLogins> logins);

}  // namespace patchbay::app
