// Lets a request pass to its handler once it is known that its key, or its address, may ask again.

#pragma once

#include "core/access/redis_limiter.hpp"
#include "core/api/reply.hpp"
#include "core/api/routes.hpp"

namespace patchbay::api {

// Runs `handler` on the exchange, or refuses: at once where this process counts alone (`redis` is
// null), later where Redis is asked, which the worker does not wait for. A client that leaves
// meanwhile is not answered, and its handler never runs.
//
// REQUIRES: nothing attached to the exchange; snapshot->limits hold for the context's route.
void run_within_limits(server::Exchange& exchange,
                       Context context,
                       HandlerFunction handler,
                       access::RedisLimiter* redis);

}  // namespace patchbay::api
