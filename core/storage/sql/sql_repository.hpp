// The Repository over one connection, within a transaction that somebody else begins and ends.
//
// Not thread-safe.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/storage/repository.hpp"
#include "core/storage/sql/connection.hpp"

namespace patchbay::storage::sql {

class SqlRepository : public Repository {
 public:
  // `instance` is what versions get that are being written and do not say by whom. `connection`
  // outlives the repository.
  SqlRepository(Connection& connection, std::string instance)
      : connection_(connection), instance_(std::move(instance)) {}

  Status create_conversation(const Conversation& conversation) override;
  Result<Conversation> conversation(const std::string& owner, const std::string& id) override;
  Result<Conversation> conversation_by_key(const std::string& owner,
                                           const std::string& dialect,
                                           const std::string& external_key) override;
  Result<Page<Conversation>> conversations(const std::string& owner,
                                           const ConversationQuery& query) override;
  Result<Conversation> change_conversation(const std::string& owner,
                                           const std::string& id,
                                           const ConversationChange& change,
                                           std::int64_t now_ms) override;
  Status lock_conversation(const std::string& id) override;
  Status delete_conversation(const std::string& owner, const std::string& id) override;

  using Repository::active_path;
  using Repository::path_to;
  Result<std::vector<Message>> active_path(const std::string& conversation_id,
                                           PathDetail detail) override;
  Result<Page<Message>> messages(const std::string& conversation_id,
                                 const PageRequest& which) override;
  Result<std::optional<Message>> message_on_path(const std::string& conversation_id,
                                                 const std::string& message_id) override;
  Result<std::optional<Message>> last_message(const std::string& conversation_id) override;
  Result<std::vector<Message>> path_to(const std::string& conversation_id,
                                       const std::string& version_id,
                                       PathDetail detail) override;
  Status add_message(const Message& message) override;
  Result<std::int64_t> add_version(const std::string& message_id, const Version& version) override;
  Result<Page<Version>> versions(const std::string& message_id, const PageRequest& which) override;
  Status activate_version(const std::string& conversation_id,
                          const std::string& message_id,
                          std::int64_t number) override;
  Status update_version(const VersionUpdate& update) override;
  Status remove_message(const std::string& message_id) override;
  Result<Conversation> conversation_of_version(const std::string& owner,
                                               const std::string& version_id) override;

  Status add_file(const StoredFile& file) override;
  Result<StoredFile> file(const std::string& owner, const std::string& id) override;
  Result<std::string> owner_of_file(const std::string& id) override;
  Result<std::string> secret(const std::string& name) override;

  Status add_document(const Document& document,
                      const std::string& file,
                      std::int64_t owner_bytes_max) override;
  Result<Document> document(const std::string& owner, const std::string& id) override;
  Result<Page<Document>> documents(const std::string& owner, const PageRequest& which) override;
  Result<bool> has_documents(const std::string& owner) override;
  Status delete_document(const std::string& owner, const std::string& id) override;
  Result<Document> index_again(const std::string& owner, const std::string& id) override;
  Result<bool> documents_wait() override;
  Result<std::optional<DocumentClaim>> claim_document(std::int64_t tries_max) override;
  Status add_chunks(const DocumentClaim& claim, const std::vector<DocumentChunk>& chunks) override;
  Status finish_document(const DocumentClaim& claim,
                         const DocumentOutcome& outcome,
                         std::int64_t chunks_max) override;
  Result<std::vector<EmbeddingModel>> embedding_models(
      const std::string& owner, const std::vector<std::string>& documents) override;
  Status each_chunk(
      const ChunkScope& scope,
      const std::function<void(const ChunkPlace&, const std::string&)>& visit) override;
  Result<FoundChunk> chunk(const std::string& owner, const ChunkPlace& place) override;

 private:
  // What changes in a conversation with each piece that is added to it or taken away.
  struct Growth {
    std::int64_t bytes = 0;
    std::int64_t at_ms = 0;
  };

  // These throw, and are called within Connection::guarded().
  void grow(const std::string& conversation_id, const Growth& growth);
  void insert_version(const std::string& message_id,
                      const std::string& conversation_id,
                      const Version& version,
                      std::int64_t number);
  void recount(const std::string& conversation_id);
  Status same_message(const Message& message);
  Status already_updated(const VersionUpdate& update);
  Status still_claimed(const DocumentClaim& claim);
  void delete_chunks(const std::string& document_id);

  Connection& connection_;
  const std::string instance_;
};

// The words of a query of a user's: what stands between blanks and ASCII punctuation. At most
// `words_max`; further ones are left out.
std::vector<std::string> search_words(const std::string& query, std::size_t words_max);

}  // namespace patchbay::storage::sql
