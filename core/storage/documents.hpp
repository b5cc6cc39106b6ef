// Documents that users have given to be searched, their text in chunks, and what is done with both.
//
//   add_document -> claim_document -> add_chunks ... -> finish_document -> each_chunk
//
// Whoever indexes a document has claimed it. A claim has a number, and only the latest one counts:
// a process that was taken for dead, or a document that was asked for anew, ends the claims before.
// The claims of a process that dies are given back (sql/instances.hpp), so that another takes its
// documents up. Chunks are found once their document is kReady, and never before.
//
// Vectors are bytes that only core/documents understands. Errors are those of the Repository.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/storage/page.hpp"

namespace patchbay::storage {

enum class DocumentStatus { kIndexing, kReady, kFailed };

struct Document {
  std::string id;
  std::string owner;
  std::string name;
  std::string media_type;
  std::int64_t bytes = 0;  // of the file
  DocumentStatus status = DocumentStatus::kIndexing;
  std::string error;     // of kFailed; for the client
  std::string provider;  // of kReady: who embedded its chunks, and with what
  std::string model;
  std::int64_t chunks = 0;
  std::int64_t created_ms = 0;
};

// The right to index a document.
struct DocumentClaim {
  Document document;
  std::int64_t number = 0;
};

struct DocumentChunk {
  std::int64_t position = 0;  // from 0, within its document
  std::string text;
  std::string vector;
};

// What became of an indexing; `status` is not kIndexing.
struct DocumentOutcome {
  DocumentStatus status = DocumentStatus::kReady;
  std::string error = {};
  std::string provider = {};
  std::string model = {};
};

struct EmbeddingModel {
  std::string provider;
  std::string model;
};

// Which chunks: an owner's, embedded by one model.
struct ChunkScope {
  std::string owner;
  EmbeddingModel model;
  std::vector<std::string> documents = {};  // of these alone; empty: of all
};

struct ChunkPlace {
  std::string document_id;
  std::int64_t position = 0;
};

struct FoundChunk {
  ChunkPlace place;
  std::string name;  // of its document
  std::string text;
};

class DocumentRepository {
 public:
  virtual ~DocumentRepository() = default;

  // As kIndexing, for whoever claims it. kTooLarge when the files of its owner would be more than
  // `owner_bytes_max` together. The same id again is no error.
  virtual Status add_document(const Document& document,
                              const std::string& file,
                              std::int64_t owner_bytes_max) = 0;
  virtual Result<Document> document(const std::string& owner, const std::string& id) = 0;
  // An owner's, the newest first.
  virtual Result<Page<Document>> documents(const std::string& owner, const PageRequest& which) = 0;
  // Whether the owner has one that can be searched.
  virtual Result<bool> has_documents(const std::string& owner) = 0;
  // With its file and chunks.
  virtual Status delete_document(const std::string& owner, const std::string& id) = 0;
  // It is kIndexing again, without chunks, for whoever claims it.
  virtual Result<Document> index_again(const std::string& owner, const std::string& id) = 0;

  // --- Indexing ---

  // Whether one waits to be claimed.
  virtual Result<bool> documents_wait() = 0;
  // The one that has waited the longest, for this process; what an earlier claim left of chunks is
  // gone. One that was claimed `tries_max` times becomes kFailed instead. Nothing: none waits.
  virtual Result<std::optional<DocumentClaim>> claim_document(std::int64_t tries_max) = 0;
  // kConflict when the claim does not count any more, kNotFound when the document is gone.
  virtual Status add_chunks(const DocumentClaim& claim,
                            const std::vector<DocumentChunk>& chunks) = 0;
  // The same; and kTooLarge when the owner's documents would have more than `chunks_max` chunks
  // together. A document that becomes kFailed loses its chunks.
  virtual Status finish_document(const DocumentClaim& claim,
                                 const DocumentOutcome& outcome,
                                 std::int64_t chunks_max) = 0;

  // --- Searching: what is kReady ---

  // By which models the owner's documents were embedded; `documents` as in ChunkScope. Those of the
  // newest documents first.
  virtual Result<std::vector<EmbeddingModel>> embedding_models(
      const std::string& owner, const std::vector<std::string>& documents) = 0;
  // Calls with the vector of each chunk.
  virtual Status each_chunk(
      const ChunkScope& scope,
      const std::function<void(const ChunkPlace& place, const std::string& vector)>& visit) = 0;
  // kNotFound, too, when the chunk has gone meanwhile.
  virtual Result<FoundChunk> chunk(const std::string& owner, const ChunkPlace& place) = 0;
};

}  // namespace patchbay::storage
