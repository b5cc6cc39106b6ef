#include "core/app/observation.hpp"

#include <utility>

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

void observe_logins(telemetry::Metrics& metrics, std::shared_ptr<access::FailedLogins> logins) {
  metrics.add_source([logins = std::move(logins)](telemetry::Exposition& page) {
    using Type = telemetry::Exposition::Type;
    page.family(
        Type::kCounter, "patchbay_client_logins_failed_total", "Requests with wrong credentials.");
    page.add({}, static_cast<double>(logins->failed()));
    page.family(
        Type::kCounter,
        "patchbay_client_logins_refused_total",
        "Requests whose credentials were not looked at, for too many from there were wrong.");
    page.add({}, static_cast<double>(logins->refused()));
  });
}

}  // namespace patchbay::app
