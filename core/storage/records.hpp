// What is stored of conversations, as plain values.
//
// A conversation is a tree that is walked as a line. A *message* is a place in it and keeps its id
// for ever; what stands in that place is a *version*, and a message has one or more of them, one of
// which is active. Every version has its own continuation: at most one message follows it. So an
// edit is a new version of a user's message (with nothing behind it yet), a retry is a new version
// of the reply, and going back is making an older version active, with all that followed it then.
//
//   conversation ── message 1 ── version 1 ── message 2 ── version 1
//                                                      └── version 2 (retried, active) ── ...
//                            └── version 2 (edited) ── message 3 ── ...
//
// The *active path* begins at the conversation and goes on through active versions. It is what
// clients are shown and what models get as the history.
//
// Ids are UUIDv7 and made by whoever asks for the writing, so that a write may be repeated.
// Times are milliseconds since 1970, UTC.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/chat/usage.hpp"

namespace patchbay::storage {

struct Conversation {
  std::string id;
  std::string owner;    // whose it is: access::Principal::owner
  std::string dialect;  // which family of routes it was begun by: "chat", "prompt", "session", ...
  // What the client calls it, where clients name their conversations themselves (a Session-Id);
  // unique within owner and dialect. Empty: it has no such name.
  std::string external_key;
  std::string userid;  // what the client said who the user is; shown, never compared
  std::string title;
  std::string default_model;
  bool pinned = false;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t message_count = 0;  // on the active path; kept by the repository
};

enum class Role { kSystem, kUser, kAssistant, kTool };

enum class VersionStatus {
  kStreaming,  // an answer that is being written, by the process `instance`
  kComplete,
  kStopped,      // its user had enough
  kInterrupted,  // the process that wrote it has died
  kError,        // it broke off, or never began; `error` says why
};

// One text in a message's place.
struct Version {
  std::string id;
  std::int64_t number = 0;  // from 1, within its message
  std::string content;      // the text; what is searched
  // A JSON array of all its parts ({"type":"text"|"reasoning"|"image"|"file"|"tool_call"|
  // "tool_result",...}) where there is more than text; else empty.
  std::string parts;
  std::string model;
  std::string provider;
  VersionStatus status = VersionStatus::kComplete;
  std::string error;  // for the client; never an upstream's secret
  chat::Usage usage;
  std::string instance;  // of kStreaming: who writes it
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
};

struct Message {
  std::string id;
  std::string conversation_id;
  // What it follows: the id of a version, or of the conversation for the first message. Unique:
  // nothing is followed by two.
  std::string parent_id;
  Role role = Role::kUser;
  std::int64_t created_ms = 0;
  std::int64_t versions = 1;  // how many there are
  Version version;            // the active one
};

// What changes in a version while an answer is written, and at its end.
struct VersionUpdate {
  std::string id;
  std::string content;
  std::string parts;
  std::string model;
  std::string provider;
  VersionStatus status = VersionStatus::kStreaming;
  std::string error;
  chat::Usage usage;
  std::int64_t updated_ms = 0;
};

// Only what is set changes.
struct ConversationChange {
  std::optional<std::string> title;
  std::optional<std::string> default_model;
  std::optional<bool> pinned;
};

// Which of an owner's conversations: those whose messages contain every word of `q` (empty: all),
// pinned ones first and then the latest updated, at most `limit` from `cursor` on.
struct ConversationQuery {
  std::string q;
  std::string cursor;  // Page::next of the page before; empty: from the start
  std::int64_t limit = 50;
};

// Bytes that belong to a conversation (a generated image, an upload), or are a document.
struct StoredFile {
  std::string id;
  std::string owner;
  std::string conversation_id;  // empty: a document
  std::string media_type;
  std::string name;
  std::string bytes;
  std::int64_t created_ms = 0;
};

}  // namespace patchbay::storage
