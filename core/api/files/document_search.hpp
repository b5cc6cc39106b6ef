// Searching an owner's documents for what is nearest to a question: the question is embedded by the
// model that the documents were embedded by, and compared with all their chunks.
//
// Threads: everything on the worker of the context's workplace, which outlives the search.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/api/files/embedding.hpp"
#include "core/documents/nearest.hpp"
#include "core/storage/ask.hpp"

namespace patchbay::api {

class DocumentSearch {
 public:
  struct Question {
    std::string text;
    std::size_t most = 5;
    std::vector<std::string> documents = {};  // of these alone; empty: of all
  };
  // The nearest first.
  using Found = std::variant<std::vector<documents::Hit>, chat::Failure>;
  using Then = std::function<void(Found)>;

  // `then` is called once, after start() has returned; it may destroy the search. Destroying the
  // search ends it, and nothing is told any more. A named document that is not the owner's is a
  // 404 with its id. REQUIRES: the snapshot has a store.
  DocumentSearch(const Context& context, Question question, Then then);

  void start();

 private:
  void on_models(Result<std::vector<storage::EmbeddingModel>> models);
  void ask_next();
  void on_embedded(const storage::EmbeddingModel& model, Embeddings embeddings);
  void on_hits(std::vector<documents::Hit> hits);
  void tell();
  void fail(const chat::Failure& failure);

  const Context context_;
  const Question question_;
  const Then then_;
  storage::Asker asker_;
  std::vector<storage::EmbeddingModel> models_;  // that are still to be asked, the first one last
  std::vector<documents::Hit> hits_;
  std::optional<chat::Failure> failure_;  // of a model, where others may have found something
  std::unique_ptr<InnerCall> call_;
};

}  // namespace patchbay::api
