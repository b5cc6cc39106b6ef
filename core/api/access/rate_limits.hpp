// How often the paths of the API may be asked, as the settings say, and where that is counted.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/access/failed_logins.hpp"
#include "core/access/memory_limiter.hpp"
#include "core/access/rate_limit.hpp"
#include "core/access/redis_limiter.hpp"
#include "core/base/ip_address.hpp"

namespace patchbay::api {

struct RateLimits {
  access::RateRule rule = {};
  std::vector<std::string> routes =
      {};                    // where it holds: "/chat", "/" is everywhere; none: nowhere
  bool fail_closed = false;  // nobody passes while Redis cannot be asked
  std::vector<IpNetwork> trusted_proxies = {};
  // The process's from the first snapshot on, so that a reload forgives nothing.
  std::shared_ptr<access::MemoryLimiter> memory = std::make_shared<access::MemoryLimiter>();
  access::RateRule login_rule = {.requests = 20, .window = std::chrono::minutes(5)};  // 0: none
  std::shared_ptr<access::FailedLogins> logins = std::make_shared<access::FailedLogins>();
  std::shared_ptr<access::Outage> outage = std::make_shared<access::Outage>();

  // Whether it holds for a route, by its name in the table ("/v1/chat/completions"). One of
  // `routes` means the twin without "/v1" as well, since both are the same route.
  [[nodiscard]] bool hold_for(std::string_view route) const;
};

}  // namespace patchbay::api
