// Which answer is being written in a conversation.

#pragma once

#include <string>

#include "core/api/chat/stop_answer.hpp"
#include "core/storage/repository.hpp"

namespace patchbay::api {

// The id of the version that is being written at the end of the conversation, which is its stream's
// id too; "" where none is. kNotFound where there is no such conversation. In a job of the store.
Result<std::string> streaming_version(storage::Repository& repository,
                                      const std::string& owner,
                                      const NamedConversation& which);

}  // namespace patchbay::api
