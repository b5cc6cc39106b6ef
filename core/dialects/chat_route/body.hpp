// The body of POST /chat: one request for chat and image, as the front ends of the AI SDK and plain
// ones write it, turned into what providers are asked.
//
//   {"messages":[{"role":"user","content":"Hi"}],"mode":"chat","model":"..."}
//
// Messages may be OpenAI's, or those of useChat in any generation (parts, experimental_attachments,
// toolInvocations); they may be mixed. What a front end writes into the body for itself goes no
// further: only members that providers know are passed on.

#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/chat/failure.hpp"
#include "core/json/scan.hpp"

namespace patchbay::dialects::chat_route {

struct ChatBody {
  bool image = false;           // mode: "image"
  std::string model;            // "" when the client named none
  std::string provider;         // "" when the client named none
  std::string conversation_id;  // "" when the client named none
  std::string chat_id;          // what the client calls the chat (`id` of useChat); "" without
  bool edits = false;           // the client says which of its messages this one replaces
  bool include_usage = false;   // stream_options.include_usage
  bool ui_client = false;       // a body that only clients of the UI message stream send
  std::string messages;         // openai.chat/1: the array
  bool wants_files = false;     // passages of the user's documents belong before the last message
  std::vector<std::string> files;  // of these alone; empty: of all
  std::string prompt;              // the text of the last user message
  std::string fields;              // further members for the provider, each with a comma before it
};

// Fails with what the client did wrong: not JSON (with the offset), members that do not go
// together, a wrong type, with the path of what it is about ("messages[2].parts[0].text").
std::variant<ChatBody, chat::Failure> read_body(json::Padded body);

// A body for a provider.
struct ProviderBody {
  std::string padded;      // with json::Padded::kBytes zero bytes behind it
  json::Span model_value;  // where the model stands in it, quotes included
};

// openai.chat/1 for a chat, openai.images.generations/1 for an image.
// `further` are messages behind the others, each with a comma before it; `tools` are elements of
// `tools` beside the client's own.
ProviderBody write_provider_body(const ChatBody& body,
                                 std::string_view model,
                                 std::string_view further = {},
                                 std::string_view tools = {});

}  // namespace patchbay::dialects::chat_route
