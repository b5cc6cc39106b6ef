#include "core/app/observation.hpp"

#include "core/plugin_host/plugin_families.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::app {

reactor::Reactor::Options observed_by(telemetry::Metrics& metrics) {
  reactor::Reactor::Options options;
  options.workers = metrics.workers();
  options.metrics = &metrics;
  options.on_fault = [](const char* what) { log::error("fault").text("what", what); };
  options.on_stall = [](const reactor::Stall& stall) {
    log::warn("worker_stalled")
        .number("worker", stall.worker)
        .text("what", stall.what)
        .number("ms", stall.took.count())
        .boolean("over", stall.over);
  };
  return options;
}

void observe_plugins(telemetry::Metrics& metrics, const plugin_host::Catalog& catalog) {
  metrics.add_source(
      [&catalog](telemetry::Exposition& page) { plugin_host::add_plugin_families(page, catalog); });
}

}  // namespace patchbay::app
