#include "core/api/access/login_guard.hpp"

#include <string>

#include "core/access/client_address.hpp"
#include "core/api/reply.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::api {
namespace {

std::string key_of(const server::Request& request, const RateLimits& limits) {
  return access::limit_key_of(
      access::client_address(request.peer, request.headers, limits.trusted_proxies));
}

void tell(const std::string& key, const access::RateRule& rule) {
  log::warn("logins_limited")
      .text("from", key)
      .number("failed", rule.requests)
      .number("seconds", rule.window.count() / 1000)
      .text("message", "so many wrong credentials came from there that no more are looked at");
}

}  // namespace

bool LoginGuard::refuses(server::Exchange& exchange, const Context& context) {
  const RateLimits& limits = context.snapshot->limits;
  if (limits.login_rule.requests == 0 || !limits.logins->any()) return false;
  const auto wait = limits.logins->wait(key_of(exchange.request(), limits), Clock::now());
  if (wait.count() == 0) return false;
  limits.logins->count_refused();
  const std::string seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count());
  chat::Failure failure;
  failure.category = PBAY_ERR_RATE_LIMIT;
  failure.code = "too_many_failed_logins";
  failure.message =
      "Too many wrong credentials came from this address, so none are looked at. Try "
      "again in " +
      seconds + " s";
  http::HeaderList headers;
  headers.add("retry-after", seconds);
  reply_error(exchange, context, failure, headers);
  return true;
}

void LoginGuard::failed(const server::Request& request, const Context& context) {
  const RateLimits& limits = context.snapshot->limits;
  limits.logins->count_failed();
  const access::RateRule rule = limits.login_rule;
  if (rule.requests == 0) return;
  const std::string key = key_of(request, limits);
  if (limits.logins->count(key, rule, Clock::now())) tell(key, rule);
  if (redis_ == nullptr || redis_->away()) return;
  redis_->take("login:" + key,
               rule,
               alive_,
               [key, rule, logins = limits.logins](const Result<access::Verdict>& verdict) {
                 if (verdict && logins->hold(key, *verdict, Clock::now())) tell(key, rule);
               });
}

}  // namespace patchbay::api
