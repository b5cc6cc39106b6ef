// What went wrong, in the words that front ends of prompt chat show their users.

#pragma once

#include <string>
#include <string_view>

#include "core/chat/failure.hpp"

namespace patchbay::dialects::prompt_chat {

// One of five sentences, by the failure's category. `provider` is shown as it stands; the reason is
// the failure's message, which never holds a key.
std::string friendly_error(std::string_view provider, const chat::Failure& failure);

}  // namespace patchbay::dialects::prompt_chat
