// Errors as OpenAI's clients read them:
//   {"error":{"message":"...","type":"...","param":null,"code":null}}

#pragma once

#include <string>

#include "core/chat/failure.hpp"

namespace patchbay::dialects::openai_chat {

// Appends the whole object. All four members are always there: clients' schemas ask for them.
void append_error(std::string& out, const chat::Failure& failure);

std::string error_body(const chat::Failure& failure);

}  // namespace patchbay::dialects::openai_chat
