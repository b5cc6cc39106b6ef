// The requests of session chat: one message after the other, in a session that each of them names.
// The answers are JSON lines, which json_lines/encoder.hpp writes.
//
//   POST /chat/         {"message":"Hi","session_id":"..."}
//   POST /chat/edit/    {"edited_message":"Hello","session_id":"..."}
//   POST /chat/retry/   {"session_id":"...","message":""}
//
// Every failure is a 422 that names the field; text_error_body() writes it.

#pragma once

#include <string>
#include <variant>

#include "core/chat/failure.hpp"
#include "core/json/scan.hpp"

namespace patchbay::dialects::session_chat {

struct SessionBody {
  std::string session_id;
  std::string message;  // never empty, but of a retry, which has none
};

std::variant<SessionBody, chat::Failure> read_chat(json::Padded body);

// `message` is read where there is no `edited_message`.
std::variant<SessionBody, chat::Failure> read_edit(json::Padded body);

std::variant<SessionBody, chat::Failure> read_retry(json::Padded body);

}  // namespace patchbay::dialects::session_chat
