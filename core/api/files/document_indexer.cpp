#include "core/api/files/document_indexer.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/uuid.hpp"
#include "core/conversations/storable_text.hpp"
#include "core/documents/preparer.hpp"
#include "core/documents/vectors.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::api {
namespace {

using storage::Repository;

// How often somebody begins with a document that is never finished.
constexpr std::int64_t kTriesMax = 3;
constexpr std::chrono::seconds kLookEvery{3};

// Chunks that are embedded by one call.
constexpr std::size_t kBatch = 32;

// With an upstream that has too much to do, or was away; twice as long each time.
constexpr unsigned kEmbeddingTriesMax = 4;
constexpr std::chrono::milliseconds kEmbedAgain{1000};

// Where the storage is away in the middle.
constexpr std::chrono::seconds kStoreAgain{2};

bool is_away(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kTimeout;
}

// The document is gone or somebody else's: nothing is left to do.
bool is_lost(const Error& error) {
  return error.code == ErrorCode::kConflict || error.code == ErrorCode::kNotFound;
}

bool may_pass(const chat::Failure& failure) {
  return failure.unreachable || failure.category == PBAY_ERR_RATE_LIMIT ||
         failure.category == PBAY_ERR_OVERLOADED || failure.category == PBAY_ERR_TIMEOUT;
}

}  // namespace

DocumentIndexer::DocumentIndexer(relay::Workplace& workplace, SnapshotPtr snapshot)
    : workplace_(workplace),
      snapshot_(std::move(snapshot)),
      asker_(*snapshot_->services.store, workplace.worker),
      timer_(
          workplace.worker, [this] { step(); }, "documents that wait") {
  workplace_.worker.post(
      [this, alive = std::weak_ptr<int>(alive_)] {
        if (!alive.expired()) rest();
      },
      "first look for documents");
}

void DocumentIndexer::step() {
  (this->*next_step_)();
}

void DocumentIndexer::wake() {
  if (busy_) {
    again_ = true;
  } else {
    look();
  }
}

void DocumentIndexer::rest() {
  busy_ = false;
  if (std::exchange(again_, false)) return look();
  if (workplace_.worker.index() != 0) return;
  next_step_ = &DocumentIndexer::look;
  timer_.arm(kLookEvery);
}

void DocumentIndexer::look() {
  busy_ = true;
  timer_.cancel();
  call_.reset();
  work_.reset();
  asker_.read<bool>([](Repository& repository) { return repository.documents_wait(); },
                    [this](const Result<bool>& wait) {
                      if (wait && *wait) return claim();
                      rest();
                    });
}

void DocumentIndexer::claim() {
  using Claimed = std::optional<storage::DocumentClaim>;
  asker_.write<Claimed>([](Repository& repository) { return repository.claim_document(kTriesMax); },
                        [this](Result<Claimed> claimed) {
                          if (!claimed || !*claimed) return rest();
                          begin(std::move(**claimed));
                        },
                        {});
}

void DocumentIndexer::begin(storage::DocumentClaim claim) {
  Context context;
  context.workplace = &workplace_;
  context.snapshot = snapshot_;
  context.principal.owner = claim.document.owner;
  context.request_id = "req_" + make_uuid();
  const std::string owner = claim.document.owner;
  const std::string id = claim.document.id;
  work_.emplace(Work{.context = std::move(context), .claim = std::move(claim)});
  asker_.read<storage::StoredFile>(
      [owner, id](Repository& repository) { return repository.file(owner, id); },
      [this](Result<storage::StoredFile> file) {
        if (file) return prepare(std::move(file->bytes));
        if (is_lost(file.error())) return look();
        fail("The file could not be read");
      });
}

void DocumentIndexer::prepare(std::string bytes) {
  const Snapshot& snapshot = *work_->context.snapshot;
  auto route = embedding_route(snapshot);
  if (const auto* failure = std::get_if<chat::Failure>(&route)) return fail(failure->message);
  work_->route = std::move(std::get<routing::Route>(route));
  documents::Preparer::Order order;
  order.media_type = work_->claim.document.media_type;
  const DocumentRules& rules = snapshot.documents;
  if (const auto* command = rules.extractors.find(order.media_type)) {
    order.program = {*command, rules.program_bounds, static_cast<std::size_t>(rules.file_bytes)};
  } else if (documents::kind_of(order.media_type) == documents::FileKind::kOther) {
    return fail(rules.extractors.why_not(order.media_type));  // it was installed once
  }
  order.bytes = std::move(bytes);
  order.rules = {rules.chunk_tokens, rules.overlap_tokens};
  order.encoding = tokens::encoding_of(work_->route->targets.front().upstream_model);
  using Chunks = Result<documents::Preparer::Chunks>;
  snapshot.services.preparer->prepare(
      std::move(order),
      [this, &worker = workplace_.worker, alive = std::weak_ptr<int>(alive_)](Chunks chunks) {
        worker.post(
            [this, alive, chunks = std::move(chunks)] {
              if (!alive.expired()) on_prepared(chunks);
            },
            "chunks of a document");
      });
}

void DocumentIndexer::on_prepared(Result<std::vector<std::string>> chunks) {
  if (!chunks) return fail(chunks.error().message);
  const std::int64_t most = work_->context.snapshot->documents.chunks;
  if (static_cast<std::int64_t>(chunks->size()) > most) {
    return fail("the file has " + std::to_string(chunks->size()) + " chunks, and " +
                std::to_string(most) + " are the most that are searched");
  }
  work_->chunks = *std::move(chunks);
  embed_some();
}

void DocumentIndexer::embed_some() {
  if (work_->next == work_->chunks.size()) {
    const routing::Target& target = work_->route->targets.front();
    work_->outcome = {.status = storage::DocumentStatus::kReady,
                      .error = {},
                      .provider = target.provider,
                      .model = target.upstream_model};
    return finish();
  }
  const std::size_t end = std::min(work_->next + kBatch, work_->chunks.size());
  const auto at = [&](std::size_t i) {
    return work_->chunks.begin() + static_cast<std::ptrdiff_t>(i);
  };
  call_ = embed(
      work_->context, *work_->route, {at(work_->next), at(end)}, [this](Embeddings embeddings) {
        on_embedded(std::move(embeddings));
      });
}

void DocumentIndexer::on_embedded(Embeddings embeddings) {
  if (const auto* failure = std::get_if<chat::Failure>(&embeddings)) {
    return on_not_embedded(*failure);
  }
  for (const std::vector<float>& vector : std::get<0>(embeddings)) {
    storage::DocumentChunk chunk;
    chunk.position = static_cast<std::int64_t>(work_->next);
    chunk.text = work_->chunks[work_->next++];
    chunk.vector = documents::packed(vector);
    if (chunk.vector.empty()) return fail("The embedding model gave a vector without a direction");
    work_->embedded.push_back(std::move(chunk));
  }
  work_->tries = 0;
  store_chunks();
}

void DocumentIndexer::on_not_embedded(const chat::Failure& failure) {
  if (!may_pass(failure) || ++work_->tries == kEmbeddingTriesMax) {
    return fail("The text could not be embedded: " + failure.message);
  }
  const std::chrono::milliseconds told(chat::clamped_retry_after_ms(failure));
  next_step_ = &DocumentIndexer::embed_some;
  timer_.arm(std::max(told, kEmbedAgain * (1U << (work_->tries - 1))));
}

void DocumentIndexer::store_chunks() {
  std::size_t bytes = 0;
  for (const storage::DocumentChunk& chunk : work_->embedded)
    bytes += chunk.text.size() + chunk.vector.size();
  asker_.write<bool>(
      [claim = work_->claim, chunks = work_->embedded](Repository& repository) -> Result<bool> {
        const Status added = repository.add_chunks(claim, chunks);
        return added ? Result<bool>(true) : added.error();
      },
      [this](const Result<bool>& added) {
        if (added) {
          work_->embedded.clear();
          return embed_some();
        }
        if (is_lost(added.error())) return look();
        if (!is_away(added.error())) return fail("The file's text could not be stored");
        next_step_ = &DocumentIndexer::store_chunks;
        timer_.arm(kStoreAgain);
      },
      {.bytes = bytes});
}

void DocumentIndexer::fail(std::string error) {
  work_->outcome = {.status = storage::DocumentStatus::kFailed,
                    .error = conversations::storable(error),
                    .provider = {},
                    .model = {}};
  finish();
}

void DocumentIndexer::finish() {
  asker_.write<bool>(
      [claim = work_->claim,
       outcome = work_->outcome,
       most = work_->context.snapshot->documents.chunks](Repository& repository) -> Result<bool> {
        const Status finished = repository.finish_document(claim, outcome, most);
        return finished ? Result<bool>(true) : finished.error();
      },
      [this](const Result<bool>& done) { on_finished(done ? ok() : Status(done.error())); },
      {});
}

void DocumentIndexer::on_finished(const Status& status) {
  if (!status && is_away(status.error())) {
    next_step_ = &DocumentIndexer::finish;
    timer_.arm(kStoreAgain);
    return;
  }
  const bool ready = work_->outcome.status == storage::DocumentStatus::kReady;
  if (!status && ready && !is_lost(status.error())) return fail(status.error().message);
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - work_->began);
  log::Line line(ready ? log::Level::kInfo : log::Level::kWarn,
                 ready ? "document_indexed" : "document_failed");
  line.text("document", work_->claim.document.id)
      .number("chunks", static_cast<std::int64_t>(work_->chunks.size()))
      .number("ms", took.count());
  if (!ready) line.text("error", work_->outcome.error);
  look();
}

}  // namespace patchbay::api
