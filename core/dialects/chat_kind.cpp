#include "core/dialects/chat_kind.hpp"

#include <array>
#include <string>

#include "core/dialects/body_fields.hpp"

namespace patchbay::dialects {
namespace {

chat::Failure not_one_kind(bool several) {
  return chat::bad_request(
      std::string("The body must have ") + (several ? "only one" : "one") +
          " of `messages`, `prompt` and `message`: they belong to different kinds of chat",
      "messages",
      several ? "invalid_value" : "missing_required_parameter");
}

}  // namespace

std::variant<ChatKind, chat::Failure> tell_chat_kind(json::Padded body, ChatHints hints) {
  std::array<json::Wanted, 3> wanted{
      {{.path = "messages"}, {.path = "prompt"}, {.path = "message"}}};
  const auto& [messages, prompt, message] = wanted;
  if (auto failure = scan_body(body, wanted)) {
    const bool session_chat = hints.slash && !hints.session_header;
    return session_chat ? unprocessable(std::move(*failure)) : std::move(*failure);
  }
  const int kinds = int{messages.found} + int{prompt.found} + int{message.found};
  if (kinds > 1) return not_one_kind(true);
  if (messages.found) return ChatKind::kMessages;
  if (prompt.found) return ChatKind::kPrompt;
  if (message.found) return ChatKind::kMessage;
  if (hints.session_header) return ChatKind::kPrompt;
  if (hints.slash) return ChatKind::kMessage;
  return not_one_kind(false);
}

}  // namespace patchbay::dialects
