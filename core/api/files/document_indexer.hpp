// Indexes the documents that wait in the store, one at a time: its file is read, its text taken out
// and cut (documents::Preparer), the chunks are embedded a few at a time and stored, and at the end
// the document is ready to be found.
//
// Each worker has one. It begins when a document is given on its worker; the first worker's also
// looks now and then for what others left: another replica, or this process before it was started
// again.
//
// Threads: everything on the worker of the workplace, which outlives the indexer.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/files/embedding.hpp"
#include "core/storage/ask.hpp"

namespace patchbay::api {

class DocumentIndexer {
 public:
  // REQUIRES: the snapshot has a store and a preparer.
  DocumentIndexer(relay::Workplace& workplace, SnapshotPtr snapshot);

  // For the documents from the next one on.
  void use(SnapshotPtr snapshot) { snapshot_ = std::move(snapshot); }

  // There is something to index.
  void wake();

 private:
  // What is done with one document.
  struct Work {
    Context context;
    storage::DocumentClaim claim;
    storage::DocumentOutcome outcome = {};
    std::optional<routing::Route> route = {};
    std::vector<std::string> chunks = {};
    std::vector<storage::DocumentChunk> embedded = {};  // and not stored yet
    std::size_t next = 0;                               // of the chunks
    unsigned tries = 0;                                 // of the same few chunks
    Time began = Clock::now();
  };

  void look();
  void claim();
  void begin(storage::DocumentClaim claim);
  void prepare(std::string bytes);
  void on_prepared(Result<std::vector<std::string>> chunks);
  void embed_some();
  void on_embedded(Embeddings embeddings);
  void on_not_embedded(const chat::Failure& failure);
  void store_chunks();
  void fail(std::string error);
  void finish();
  void on_finished(const Status& status);
  void step();
  void rest();

  relay::Workplace& workplace_;
  SnapshotPtr snapshot_;
  storage::Asker asker_;
  bool busy_ = false;
  bool again_ = false;  // somebody woke us meanwhile
  std::optional<Work> work_;
  std::unique_ptr<InnerCall> call_;
  void (DocumentIndexer::*next_step_)() = nullptr;  // of the timer
  reactor::Timer timer_;
  const std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace patchbay::api
