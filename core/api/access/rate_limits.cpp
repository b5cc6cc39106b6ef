#include "core/api/access/rate_limits.hpp"

#include <algorithm>

namespace patchbay::api {
namespace {

// Whether `path` is `beginning` or lies below it.
bool begins_with(std::string_view path, std::string_view beginning) {
  while (beginning.ends_with('/'))
    beginning.remove_suffix(1);
  if (!path.starts_with(beginning)) return false;
  return path.size() == beginning.size() || path[beginning.size()] == '/';
}

}  // namespace

bool RateLimits::hold_for(std::string_view route) const {
  const std::string_view twin =
      route.starts_with("/v1/") ? route.substr(std::string_view("/v1").size()) : route;
  return std::any_of(routes.begin(), routes.end(), [&](const std::string& beginning) {
    return begins_with(route, beginning) || begins_with(twin, beginning);
  });
}

}  // namespace patchbay::api
