// What was said before the first request of a conversation: a client that keeps its history itself
// brings all of it, and this server has not heard the beginning.
//
//   Earlier earlier = read_earlier(messages, {.whole = false});      // of an openai.chat/1 request
//   opening.earlier = with_digests(repository, owner, earlier);      // pictures.hpp
//   open(repository, opening);                                       // in front of what is new
//
// Instructions are no messages. What an assistant said between two messages of its user, with the
// tools that it called and what they gave, is one message, as an answer of ours is. Who answered,
// and what it cost, nobody knows any more.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/conversations/history.hpp"
#include "core/conversations/user_text.hpp"
#include "core/json/view.hpp"
#include "core/storage/repository.hpp"

namespace patchbay::conversations {

struct EarlierMessage {
  storage::Role role = storage::Role::kUser;  // or kAssistant
  UserText said;
  std::string id = {};
  std::string version = {};
};

using Earlier = std::vector<EarlierMessage>;

// Of a longer history the last ones are kept, from a message of the user's on: each is written by
// the one thread that writes for everybody.
inline constexpr std::size_t kEarlierMax = 1000;

// All but the last message of the user and what follows it; with `whole` all of them.
//
// REQUIRES: `messages` is an array of messages that were checked.
Earlier read_earlier(json::View messages, bool whole);

// As for a message that is new (pictures.hpp).
Result<std::shared_ptr<const Earlier>> with_digests(storage::Repository& repository,
                                                    const std::string& owner,
                                                    Earlier earlier);

// The first text of a user's; "" where none has spoken.
std::string first_text(const Earlier& earlier);

// Stores them at the beginning of the conversation, and gives the path that they make, without what
// was said. In the transaction of whatever follows.
//
// REQUIRES: the conversation is there, and has no message.
Result<Path> add_earlier(storage::Repository& repository,
                         const storage::Conversation& conversation,
                         const Earlier& earlier,
                         std::int64_t now_ms);

}  // namespace patchbay::conversations
