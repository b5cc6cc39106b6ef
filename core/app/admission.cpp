#include "core/app/admission.hpp"

#include <algorithm>
#include <utility>

#include "core/api/routes.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::app {
namespace {

bool holds_somewhere(const std::string& route) {
  api::RateLimits limits;
  limits.routes = {route};
  const std::vector<api::ListedRoute> served = api::listed_routes();
  return std::any_of(served.begin(), served.end(), [&](const api::ListedRoute& one) {
    return limits.hold_for(one.route);
  });
}

}  // namespace

access::Authenticator make_authenticator(const settings::Access& access, bool loopback) {
  using Anonymous = settings::Access::Anonymous;
  access::Authenticator::Rules rules;
  for (const settings::Access::Basic& account : access.basic)
    rules.basic.push_back({account.username, account.password});
  for (const settings::Access::Key& key : access.keys)
    rules.keys.push_back({key.name, key.key});
  rules.anonymous = access.anonymous == Anonymous::kAlways ||
                    (access.anonymous == Anonymous::kLoopback && loopback);
  return access::Authenticator(rules);
}

api::RateLimits make_rate_limits(const settings::Settings& settings,
                                 const api::Snapshot* previous) {
  api::RateLimits limits;
  if (previous != nullptr) {
    limits.memory = previous->limits.memory;
    limits.logins = previous->limits.logins;
    limits.outage = previous->limits.outage;
  }
  limits.trusted_proxies = settings.access.trusted_proxies;
  limits.login_rule = {settings.access.failed_logins,
                       std::chrono::milliseconds(settings.access.failed_logins_window_ms)};
  const settings::RateLimit& limit = settings.rate_limit;
  limits.rule = {limit.requests, std::chrono::milliseconds(limit.window_ms)};
  limits.fail_closed = limit.fail_closed;
  if (limit.requests > 0) limits.routes = limit.routes;
  return limits;
}

void warn_of_access(const settings::Settings& settings, bool loopback) {
  for (const std::string& route : settings.rate_limit.routes) {
    if (holds_somewhere(route)) continue;
    log::warn("configuration")
        .text("message", "rate_limit.routes: no path that is served begins with \"" + route + '"');
  }
  const access::Authenticator authenticator = make_authenticator(settings.access, loopback);
  if (authenticator.has_credentials()) return;
  if (authenticator.asks()) {
    log::warn("no_credentials")
        .text("message",
              "every request is refused: no credentials are configured, and without any only a "
              "server on a loopback address answers; set access.keys (API_KEY), access.basic, or "
              "access.anonymous to always (PATCHBAY_ANONYMOUS)");
  } else if (!loopback) {
    log::warn("no_credentials")
        .text("message",
              "no credentials are asked: whoever reaches this address can use the providers");
  }
}

}  // namespace patchbay::app
