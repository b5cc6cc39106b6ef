// Answers from what a running answer has said, for clients that come back: GET /streams/{id}, and
// whoever else finds out which stream a client wants.
//
//   streams.find(worker, owner, id, alive, [&](std::optional<streams::Description> found) {
//     if (found) answer_from_stream(exchange, context, *found, after);
//   });
//
// The bytes are those of the first answer; in an event stream each event has the line `id: N` in
// front, its number, so that an EventSource comes back for what follows.

#pragma once

#include <cstdint>
#include <variant>

#include "core/api/reply.hpp"
#include "core/streams/hub.hpp"

namespace patchbay::api {

// The frames after number `after`, and those that come, to the end. 204 when it has ended and none
// is left, so that an EventSource stops asking. When they are not kept any more, or the writer
// died: 410 before anything was sent, and a cut connection after.
//
// Whoever was attached to the exchange is destroyed.
//
// REQUIRES: no answer was given yet; context.snapshot->services.streams.
void answer_from_stream(server::Exchange& exchange,
                        const Context& context,
                        const streams::Description& stream,
                        std::uint64_t after);

// The number that the header Last-Event-ID names, alone or as "ID:N"; 0 without it, a failure where
// it is no number.
std::variant<std::uint64_t, chat::Failure> last_event_number(const http::HeaderList& headers);

// GET /streams/{id}
void read_stream(server::Exchange& exchange, const Context& context);

// POST /streams/{id}/stop
void stop_stream(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
