#include "core/api/files/document_search.hpp"

#include <algorithm>
#include <utility>

#include "core/api/turns/turn.hpp"

namespace patchbay::api {
namespace {

// Whoever has changed the model time and again has documents of each; the latest ones are asked.
constexpr std::size_t kModelsMax = 4;

using Models = std::vector<storage::EmbeddingModel>;

Error no_such_file(const std::string& id) {
  return make_error(ErrorCode::kNotFound, "There is no such file: " + id);
}

}  // namespace

DocumentSearch::DocumentSearch(const Context& context, Question question, Then then)
    : context_(context),
      question_(std::move(question)),
      then_(std::move(then)),
      asker_(*context_.snapshot->services.store, context_.workplace->worker) {}

void DocumentSearch::start() {
  asker_.read<Models>(
      [owner = context_.principal.owner,
       named = question_.documents](storage::Repository& repository) -> Result<Models> {
        for (const std::string& id : named) {
          const auto document = repository.document(owner, id);
          if (document) continue;
          return document.error().code == ErrorCode::kNotFound ? no_such_file(id)
                                                               : document.error();
        }
        return repository.embedding_models(owner, named);
      },
      [this](Result<Models> models) { on_models(std::move(models)); });
}

void DocumentSearch::on_models(Result<Models> models) {
  if (!models) {
    chat::Failure failure = storage_failure(models.error());
    if (failure.status == 404) failure.param = "files";
    const Then then = then_;  // which may destroy us
    return then(std::move(failure));
  }
  models_ = *std::move(models);
  if (models_.size() > kModelsMax) models_.resize(kModelsMax);
  std::reverse(models_.begin(), models_.end());
  ask_next();
}

void DocumentSearch::ask_next() {
  if (models_.empty()) return tell();
  const storage::EmbeddingModel model = models_.back();
  models_.pop_back();
  auto route = embedding_route(*context_.snapshot, model);
  if (const auto* failure = std::get_if<chat::Failure>(&route)) return fail(*failure);
  call_ = embed(context_,
                std::move(std::get<routing::Route>(route)),
                {question_.text},
                [this, model](Embeddings made) { on_embedded(model, std::move(made)); });
}

void DocumentSearch::on_embedded(const storage::EmbeddingModel& model, Embeddings embeddings) {
  if (const auto* failure = std::get_if<chat::Failure>(&embeddings)) return fail(*failure);
  using Hits = std::vector<documents::Hit>;
  const storage::ChunkScope scope{context_.principal.owner, model, question_.documents};
  asker_.read<Hits>(
      [scope, most = question_.most, vector = std::move(std::get<0>(embeddings).front())](
          storage::Repository& repository) {
        return documents::nearest_chunks(repository, scope, vector, most);
      },
      [this](Result<Hits> hits) {
        if (!hits) return fail(storage_failure(hits.error()));
        on_hits(*std::move(hits));
      });
}

void DocumentSearch::on_hits(std::vector<documents::Hit> hits) {
  std::move(hits.begin(), hits.end(), std::back_inserter(hits_));
  ask_next();
}

void DocumentSearch::fail(const chat::Failure& failure) {
  failure_ = failure;
  ask_next();
}

void DocumentSearch::tell() {
  const Then then = then_;  // which may destroy us
  if (hits_.empty() && failure_) return then(*std::move(failure_));
  std::stable_sort(
      hits_.begin(), hits_.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  if (hits_.size() > question_.most) hits_.resize(question_.most);
  then(std::move(hits_));
}

}  // namespace patchbay::api
