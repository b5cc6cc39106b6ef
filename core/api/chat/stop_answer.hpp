// Stopping the answer that is being written in a conversation, wherever it is written.

#pragma once

#include <string>

#include "core/api/reply.hpp"
#include "core/storage/repository.hpp"

namespace patchbay::api {

// The dialect of conversations that POST /chat with `messages` begins.
inline constexpr const char* kChatDialect = "chat";

// By its id, or else by what the client calls it.
struct NamedConversation {
  std::string id = {};
  std::string dialect = {};
  std::string external_key = {};
  std::string version = {};  // or, before the others, by a version that is in it
};

// Answers {"success":true,...}, or {"success":false,...} where nothing is being written, with the
// status 200 both.
void stop_answer(server::Exchange& exchange, const Context& context, NamedConversation which);

// Deletes a conversation, and with it the answer that is being written in it. Gives the id of that
// answer's version, "" where none was; kNotFound where there is no such conversation. In a job of
// the store; the answer is stopped by stop_deleted() once that is committed.
Result<std::string> delete_with_answer(storage::Repository& repository,
                                       const std::string& owner,
                                       const std::string& conversation);
void stop_deleted(const Context& context, const std::string& version);

}  // namespace patchbay::api
