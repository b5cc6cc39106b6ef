// Says in plain words what became of a request that was on its way.

#pragma once

#include <string>

#include "core/base/error.hpp"
#include "core/telemetry/worker_metrics.hpp"
#include "core/upstream/client.hpp"
#include "core/upstream/endpoint.hpp"
#include "core/upstream/response_parser.hpp"

namespace patchbay::upstream {

// Nothing came for too long: no answer, or none of the rest of it when that had `started`.
Error silence_error(const Endpoint& endpoint, const Timeouts& timeouts, bool started);

// The whole of it took too long.
Error total_time_error(const Endpoint& endpoint, const Timeouts& timeouts);

// What came was no answer, or not all of one. REQUIRES: the parser has a fault.
Error answer_error(const Endpoint& endpoint, const ResponseParser& parser);

// The connection ended, or `broke`, before the answer did. `detail`: the system's words.
Error lost_error(const Endpoint& endpoint, bool has_head, bool broke, std::string detail);

// As what a failure counts; `connected` when it had a connection.
telemetry::UpstreamError kind_of(const Error& error, bool connected, const ResponseParser& parser);

}  // namespace patchbay::upstream
