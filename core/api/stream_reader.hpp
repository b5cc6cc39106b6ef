// Answering an exchange from a stream that is kept.

#pragma once

#include <cstdint>
#include <variant>

#include "core/api/reply.hpp"

namespace patchbay::api {

// The frames of the stream after number `after`, and those that come.
void answer_from_stream(server::Exchange& exchange,
                        const Context& context,
                        const streams::Description& description,
                        std::uint64_t after);

// The number that the header Last-Event-ID names; 0 without it, a failure where it is no number.
std::variant<std::uint64_t, chat::Failure> last_event_number(const http::HeaderList& headers);

}  // namespace patchbay::api
