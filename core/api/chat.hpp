// POST /chat: chat and image in one stream, in the protocol that the client reads.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

void chat_or_image(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
