// The endpoints under /v1 beside chat: completions, embeddings, images, audio, moderations,
// responses. Each is one operation of a provider; where the provider speaks it, bytes pass as they
// are, otherwise its events are written in the endpoint's own form.

#pragma once

#include "core/api/reply.hpp"

namespace patchbay::api {

void completions(server::Exchange& exchange, const Context& context);
void embeddings(server::Exchange& exchange, const Context& context);
void image_generations(server::Exchange& exchange, const Context& context);
void image_edits(server::Exchange& exchange, const Context& context);
void image_variations(server::Exchange& exchange, const Context& context);
void transcriptions(server::Exchange& exchange, const Context& context);
void translations(server::Exchange& exchange, const Context& context);
void speech(server::Exchange& exchange, const Context& context);
void moderations(server::Exchange& exchange, const Context& context);
void responses(server::Exchange& exchange, const Context& context);

}  // namespace patchbay::api
