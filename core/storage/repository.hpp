// Everything that is done with stored conversations, as calls that take as long as a database does.
//
// Nobody has a Repository to keep: a job that is given to the Store gets one for as long as it runs
// (store.hpp). Writes of one job are one transaction. The same code runs on SQLite and PostgreSQL.
//
// Errors: kNotFound (no such thing, or not this owner's: nobody can tell the two apart), kConflict
// (it is there already, or something follows it already), kInvalid (text that no database takes:
// NUL, or not UTF-8), kUnavailable (the database cannot be reached or is too slow; the whole job is
// tried again or fails). A call that fails has written nothing.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/storage/documents.hpp"
#include "core/storage/page.hpp"
#include "core/storage/records.hpp"

namespace patchbay::storage {

// How much of its messages a path tells.
enum class PathDetail {
  kOutline,  // everything but what was said: cheap, whatever the conversation holds
  kTexts,    // their texts too, and no parts
  kWhole,
};

// Documents that are searched have calls of their own: documents.hpp.
class Repository : public DocumentRepository {
 public:
  // --- Conversations ---

  // kConflict when the external key is taken; the same id again is no error and changes nothing.
  virtual Status create_conversation(const Conversation& conversation) = 0;
  virtual Result<Conversation> conversation(const std::string& owner, const std::string& id) = 0;
  virtual Result<Conversation> conversation_by_key(const std::string& owner,
                                                   const std::string& dialect,
                                                   const std::string& external_key) = 0;
  virtual Result<Page<Conversation>> conversations(const std::string& owner,
                                                   const ConversationQuery& query) = 0;
  // Gives the changed conversation; updated_ms becomes `now_ms` (or 1 more than it was, if that is
  // later: an update always shows).
  virtual Result<Conversation> change_conversation(const std::string& owner,
                                                   const std::string& id,
                                                   const ConversationChange& change,
                                                   std::int64_t now_ms) = 0;
  // Nobody else changes the conversation until the transaction ends: for jobs that look first and
  // then decide. kNotFound where there is none.
  virtual Status lock_conversation(const std::string& id) = 0;
  // With its messages, versions and files.
  virtual Status delete_conversation(const std::string& owner, const std::string& id) = 0;

  // --- Messages; the caller has seen that the conversation is its owner's ---

  // The active path from the first message on; empty for a conversation without messages or
  // that does not exist.
  virtual Result<std::vector<Message>> active_path(const std::string& conversation_id,
                                                   PathDetail detail) = 0;
  Result<std::vector<Message>> active_path(const std::string& conversation_id) {
    return active_path(conversation_id, PathDetail::kWhole);
  }

  // A part of it; no more is read. kInvalid for a cursor that is none, or whose message is no
  // longer on the active path.
  virtual Result<Page<Message>> messages(const std::string& conversation_id,
                                         const PageRequest& which) = 0;

  // One message of it, or its last one, without what was said; nothing where it is not there.
  virtual Result<std::optional<Message>> message_on_path(const std::string& conversation_id,
                                                         const std::string& message_id) = 0;
  virtual Result<std::optional<Message>> last_message(const std::string& conversation_id) = 0;

  // The path from the first message to the version `version_id`, whether it is active or not: each
  // message with the version that leads there. kNotFound if it is not in the conversation.
  virtual Result<std::vector<Message>> path_to(const std::string& conversation_id,
                                               const std::string& version_id,
                                               PathDetail detail) = 0;
  Result<std::vector<Message>> path_to(const std::string& conversation_id,
                                       const std::string& version_id) {
    return path_to(conversation_id, version_id, PathDetail::kWhole);
  }

  // A message and its version at the end of what it follows. kConflict when something follows
  // `message.parent_id` already and is not this very message; the same ids again are no error.
  // Moves the conversation's updated_ms on to message.created_ms.
  virtual Status add_message(const Message& message) = 0;

  // A further version of a message, which becomes the active one; its number is given here and
  // returned. The same id again is no error.
  virtual Result<std::int64_t> add_version(const std::string& message_id,
                                           const Version& version) = 0;

  // Its versions, the oldest first.
  virtual Result<Page<Version>> versions(const std::string& message_id,
                                         const PageRequest& which) = 0;

  // Makes an existing version the active one. kNotFound for a number that is not there.
  virtual Status activate_version(const std::string& conversation_id,
                                  const std::string& message_id,
                                  std::int64_t number) = 0;

  // Only versions whose status is kStreaming change; another is kConflict, so that what is finished
  // stays as it is. One exception: who was taken for dead while it was only cut off from the
  // database may still finish what it has written. Moves the conversation's updated_ms on.
  virtual Status update_version(const VersionUpdate& update) = 0;

  // Takes the message out, if nothing follows any of its versions (kConflict otherwise): an answer
  // that was announced and never began.
  virtual Status remove_message(const std::string& message_id) = 0;

  // The conversation that a version belongs to, if it is the owner's.
  virtual Result<Conversation> conversation_of_version(const std::string& owner,
                                                       const std::string& version_id) = 0;

  // --- Files ---

  virtual Status add_file(const StoredFile& file) = 0;
  // A document's file too.
  virtual Result<StoredFile> file(const std::string& owner, const std::string& id) = 0;
  // For who may see a file without being its owner, by a signature that the owner's name is part
  // of.
  virtual Result<std::string> owner_of_file(const std::string& id) = 0;

  // --- What all processes that share the database know ---

  // A key that was made at random once, by the first of them: 64 hexadecimal digits.
  virtual Result<std::string> secret(const std::string& name) = 0;

  // The secret that signs URLs of files.
  static constexpr const char* kFileUrlSecret = "file_urls";
};

}  // namespace patchbay::storage
