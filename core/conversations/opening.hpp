// How an answer begins, in the store: a user's message is added, changed or answered once more, and
// the place of the reply is taken, all in one transaction. Whoever comes second while a
// conversation is being answered is told so.
//
//   Opening opening{.owner = owner, .dialect = "session", .external_key = session, ...};
//   Result<Opened> opened = open(repository, opening);      // in a job of the store
//   if (opened) ask_the_model(opened->path);
//
// An opening carries all ids that it may need, so that doing it twice is doing it once.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/conversations/earlier.hpp"
#include "core/conversations/history.hpp"
#include "core/conversations/user_text.hpp"
#include "core/storage/repository.hpp"

namespace patchbay::conversations {

struct Opening {
  enum class Kind {
    kSend,    // a further message at the end
    kEdit,    // another text for the last user's message; what followed stays with the old one
    kRetry,   // another reply to the last user's message
    kAnswer,  // a reply to the last message: a first one to a user's, another one to a reply
    kBranch,  // a further message behind the version `after`, wherever that is
  };

  Kind kind = Kind::kSend;
  std::string owner;
  std::string userid;
  std::string dialect;
  std::string conversation_id;  // which one; or else
  std::string external_key;     // what the client calls it; with neither, a new one begins
  bool create = true;           // false: one that is not there is kNotFound
  UserText text;
  std::string after;     // kBranch
  bool answered = true;  // false: the message is stored, and nobody is going to answer it
  // kSend with a history that the client keeps: the texts of its users' messages as hash_of() has
  // them, the new one last; empty: the client keeps none. Where those before the last are what is
  // stored, the last one tells what is meant: behind them a new message, in the place of a stored
  // one a retry if it is the same and else an edit. A history that is not what is stored (a client
  // that sends only the last few messages) means a new message.
  std::vector<std::size_t> user_texts;
  // kSend and kAnswer: what stands before the new message, or before the answer, where the
  // conversation has no message yet; left out where it has. Null: nothing.
  std::shared_ptr<const Earlier> earlier = {};
  // The client says itself that the last one takes the place of an earlier one.
  bool edits = false;
  std::string instance;     // storage::Store::instance()
  std::string reply_model;  // what will be asked, as far as it is known
  std::string reply_provider;
  std::int64_t now_ms = 0;

  // Ids for what may come into being.
  std::string new_conversation, new_message, new_version, new_reply, new_reply_version;

  // Fills in the ids and the time.
  void prepare();
};

struct Opened {
  storage::Conversation conversation;
  bool created = false;  // the conversation is new
  // Up to the user's message, which is the last of it; of those before, what was said is not here
  // until load_history() brings it.
  Path path;
  std::string reply_id;       // the reply's message; "" where nobody answers
  std::string reply_version;  // the text that is being written
};

// Whether the conversation is still to begin, or has no message yet, so that `earlier` would count.
Result<bool> is_beginning(storage::Repository& repository, const Opening& opening);

// How much is to be written.
std::size_t bytes_of(const Opening& opening);

// kNotFound: no such conversation, or no message to edit or to answer; kConflict: it is being
// answered, or has just moved on. Whatever the repository fails with.
Result<Opened> open(storage::Repository& repository, const Opening& opening);

// Puts into opened.path what was said. Takes its time in long conversations, so it is no job for
// the one thread that writes.
Status load_history(storage::Repository& repository, Opened& opened);

std::size_t hash_of(std::string_view user_text);

// What a second sender is told.
inline constexpr const char* kBusy = "An answer is being written in this conversation";

}  // namespace patchbay::conversations
