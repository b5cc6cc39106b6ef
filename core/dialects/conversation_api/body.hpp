// The requests of the conversation API that have a body.
//
//   POST  /conversations                 {"default_model":"..."}
//   PATCH /conversations/{id}            {"default_model":"...","title":"..."}
//   POST  /conversations/{id}/pin        {"is_pinned":true}
//   POST  /conversations/{id}/messages   {"content":"Hi","model":"..."}
//
// Every failure is a 400 that names the field; text_error_body() writes it. Null is the same as
// leaving a field out.

#pragma once

#include <optional>
#include <string>
#include <variant>

#include "core/chat/failure.hpp"
#include "core/json/scan.hpp"

namespace patchbay::dialects::conversation_api {

// Of a new conversation, or what changes in one; what is not set is left as it is.
struct ConversationBody {
  std::optional<std::string> title;
  std::optional<std::string> default_model;
  std::optional<bool> is_pinned;
};

// An empty body is as good as {}.
std::variant<ConversationBody, chat::Failure> read_create(json::Padded body);

// One of the fields must be there.
std::variant<ConversationBody, chat::Failure> read_patch(json::Padded body);

// `is_pinned` must be there.
std::variant<ConversationBody, chat::Failure> read_pin(json::Padded body);

struct MessageBody {
  std::string content;  // the text; of parts, their texts, a line each
  std::string parts;    // the array as it came where `content` was one of more than text; else ""
  std::string model;    // "" when the client named none
};

// `content` is a text or an array of parts: {"type":"text","text":"..."}, or of any other type,
// which goes on as it came. It must not be empty.
std::variant<MessageBody, chat::Failure> read_message(json::Padded body);

}  // namespace patchbay::dialects::conversation_api
