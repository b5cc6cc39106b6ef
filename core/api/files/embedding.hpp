// Texts as vectors, by the model that is configured for it or by one that has embedded before.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/api/tools/inner_call.hpp"
#include "core/storage/documents.hpp"

namespace patchbay::api {

using EmbeddingRoute = std::variant<routing::Route, chat::Failure>;

// To the model for new documents.
EmbeddingRoute embedding_route(const Snapshot& snapshot);

// To the very model that embedded something: what another one makes of a text is not comparable. A
// failure where its provider is not there any more.
EmbeddingRoute embedding_route(const Snapshot& snapshot, const storage::EmbeddingModel& model);

// A vector for each text, in their order.
using Embeddings = std::variant<std::vector<std::vector<float>>, chat::Failure>;

// The call is started. `then` is called once and may destroy it; destroying it cancels it.
std::unique_ptr<InnerCall> embed(const Context& context,
                                 routing::Route route,
                                 const std::vector<std::string>& texts,
                                 std::function<void(Embeddings)> then);

}  // namespace patchbay::api
