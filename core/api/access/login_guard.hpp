// Holds off who tries credentials: after so many wrong ones from an address (access.failed_logins)
// no more of them are compared for a while, whatever they are.
//
// Each replica counts in its memory, and all of them together where they share a Redis; a replica
// learns of the others' count with the next wrong one that it sees itself.
//
// Everything on its worker.

#pragma once

#include <memory>

#include "core/access/redis_limiter.hpp"
#include "core/server/exchange.hpp"

namespace patchbay::api {

struct Context;

class LoginGuard {
 public:
  // `redis` is the worker's, and null where this process counts alone; it outlives the guard.
  explicit LoginGuard(access::RedisLimiter* redis) : redis_(redis) {}

  // True after the request was answered 429. Before credentials that came are looked at.
  bool refuses(server::Exchange& exchange, const Context& context);

  // Wrong ones came with this request.
  void failed(const server::Request& request, const Context& context);

 private:
  access::RedisLimiter* const redis_;
  const std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace patchbay::api
