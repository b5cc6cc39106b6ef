// The requests of thread chat: a message, and the response that it follows.
//
//   POST /api/chat/stream   {"message":"Hi","previous_response_id":"resp_..."}

#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/chat/failure.hpp"
#include "core/json/scan.hpp"

namespace patchbay::dialects::thread_chat {

// What the ids of responses begin with towards clients; stored ids are without it.
inline constexpr std::string_view kResponsePrefix = "resp_";

std::string with_prefix(std::string_view id);
std::string without_prefix(std::string_view id);

struct ThreadBody {
  std::string message;               // never empty
  std::string previous_response_id;  // without the prefix; "" begins a thread
};

// Every failure is a 422 that names the field; text_error_body() writes it.
std::variant<ThreadBody, chat::Failure> read_body(json::Padded body);

}  // namespace patchbay::dialects::thread_chat
