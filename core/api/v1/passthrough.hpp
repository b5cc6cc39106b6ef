// Any path of a provider's own API, with the key that is kept here: what has no endpoint of its
// own.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

// ANY /providers/{name}/...: where the provider's configuration says `passthrough: true`.
void provider_passthrough(server::Exchange& exchange, const Context& context);

// ANY /v1/responses/{id}...: a stored response, at the provider that answers where no model is
// named.
void stored_response(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
