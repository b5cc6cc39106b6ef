#include "core/app/admission.hpp"

#include <utility>

#include "core/telemetry/log.hpp"

namespace patchbay::app {

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

void warn_of_access(const settings::Access& access, bool loopback) {
  const access::Authenticator authenticator = make_authenticator(access, loopback);
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
