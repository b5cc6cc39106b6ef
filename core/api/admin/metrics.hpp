// GET /metrics.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

// The process's metrics in Prometheus' text format. They are put together on a thread of their
// own, so that the worker goes on with its other connections meanwhile.
void metrics(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
