// GET /v1/models, GET /models, GET /v1/models/{id}, GET /health, GET /ready.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

// {"object":"list","data":[...]}
void list_models(server::Exchange& exchange, const Context& context);

// The same with `models` and `cached` beside it, so that one answer serves both kinds of client.
void list_models_for_all(server::Exchange& exchange, const Context& context);

// One model; its id may hold slashes, escaped or not. A name that the wildcard would pass on is a
// model as well.
void show_model(server::Exchange& exchange, const Context& context);

// The process runs.
void health(server::Exchange& exchange, const Context& context);

// It takes requests.
void ready(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
