#include "core/api/files/embedding.hpp"

#include <chrono>
#include <utility>

#include "core/dialects/openai_embeddings/encoder.hpp"
#include "core/json/write.hpp"

namespace patchbay::api {
namespace {

// Of one call: some dozens of vectors with some thousands of numbers.
constexpr std::size_t kAnswerBytesMax = std::size_t{16} * 1024 * 1024;
constexpr std::chrono::minutes kPatience{2};

relay::CallRequest request_for(const Context& context,
                               const routing::Route& route,
                               const std::vector<std::string>& texts) {
  relay::CallRequest request;
  request.mode = PBAY_MODE_EMBEDDING;
  request.dialect = dialects::openai_embeddings::kDialect;
  std::string& body = request.padded_body;
  body += "{\"model\":";
  request.model_value.begin = body.size();
  json::append_string(body, route.targets.front().upstream_model);
  request.model_value.end = body.size();
  body += ",\"input\":[";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) body += ',';
    json::append_string(body, texts[i]);
  }
  body += "]}";
  body.append(json::Padded::kBytes, '\0');
  request.same_dialect = false;
  request.want_usage = true;
  request.method = "POST";
  request.path = "/v1/embeddings";
  request.headers.add("content-type", "application/json");
  request.request_id = context.request_id;
  request.deadline = Clock::now() + kPatience;
  return request;
}

}  // namespace

EmbeddingRoute embedding_route(const Snapshot& snapshot) {
  return snapshot.routes.resolve(snapshot.documents.embedding_model, PBAY_MODE_EMBEDDING);
}

EmbeddingRoute embedding_route(const Snapshot& snapshot, const storage::EmbeddingModel& model) {
  auto now = embedding_route(snapshot);
  if (const auto* route = std::get_if<routing::Route>(&now)) {
    const routing::Target& target = route->targets.front();
    if (target.provider == model.provider && target.upstream_model == model.model) return now;
  }
  if (snapshot.providers.find(model.provider) == snapshot.providers.end()) {
    chat::Failure failure;
    failure.category = PBAY_ERR_CONFLICT;
    failure.status = 409;
    failure.code = "embedding_model_gone";
    failure.message = "Your files were indexed by `" + model.model + "` of the provider `" +
                      model.provider + "`, which is not there any more; index them again";
    return failure;
  }
  // Whoever wrote the configuration chose it once, so that naming it opens nothing.
  routing::Route route;
  route.rule = routing::kAnyModel;
  route.targets.push_back({model.provider, model.model});
  return route;
}

std::unique_ptr<InnerCall> embed(const Context& context,
                                 routing::Route route,
                                 const std::vector<std::string>& texts,
                                 std::function<void(Embeddings)> then) {
  relay::CallRequest request = request_for(context, route, texts);
  auto call = std::make_unique<InnerCall>(
      context,
      std::move(request),
      std::move(route),
      kAnswerBytesMax,
      [then = std::move(then), count = texts.size()](InnerCall::Result result) {
        if (auto* failure = std::get_if<chat::Failure>(&result)) return then(std::move(*failure));
        auto& vectors = std::get<InnerAnswer>(result).embeddings;
        if (vectors.size() == count) return then(std::move(vectors));
        chat::Failure failure;
        failure.category = PBAY_ERR_UPSTREAM;
        failure.message = "The embedding model gave " + std::to_string(vectors.size()) +
                          " vectors for " + std::to_string(count) + " texts";
        then(std::move(failure));
      });
  call->start();
  return call;
}

}  // namespace patchbay::api
