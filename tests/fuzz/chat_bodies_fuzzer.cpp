// A body for any of the chat back ends: each reader refuses it in words and with a status that its
// clients know, or gives values that hold to what its header says. What tells the kinds apart must
// agree with the readers.

#include <string>
#include <variant>

#include "core/dialects/body_fields.hpp"
#include "core/dialects/chat_kind.hpp"
#include "core/dialects/conversation_api/body.hpp"
#include "core/dialects/prompt_chat/body.hpp"
#include "core/dialects/session_chat/body.hpp"
#include "core/dialects/thread_chat/body.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using patchbay::fuzz::require;
namespace chat = patchbay::chat;
namespace dialects = patchbay::dialects;
namespace json = patchbay::json;

void check_refusal(const chat::Failure& failure, int status) {
  require(!failure.message.empty());
  require(chat::status_of(failure) == status);
  require(json::validate(dialects::text_error_body(failure)).has_value());
}

// The body that was read; nullptr where it was refused, as it should be.
template <typename Body>
const Body* read_or_refused(const std::variant<Body, chat::Failure>& read, int status) {
  if (const auto* failure = std::get_if<chat::Failure>(&read)) check_refusal(*failure, status);
  return std::get_if<Body>(&read);
}

void read_kinds(json::Padded body) {
  for (int hints = 0; hints < 4; ++hints) {
    const bool header = (hints & 1) != 0;
    const bool slash = (hints & 2) != 0;
    const auto kind = dialects::tell_chat_kind(body, {.session_header = header, .slash = slash});
    const auto* failure = std::get_if<chat::Failure>(&kind);
    if (failure == nullptr) continue;
    const bool no_json = failure->code == "invalid_json";
    check_refusal(*failure, no_json && slash && !header ? 422 : 400);
  }
}

void read_sessions(json::Padded body) {
  namespace session = dialects::session_chat;
  const auto chat_read = session::read_chat(body);
  const auto edit_read = session::read_edit(body);
  for (const auto* read : {&chat_read, &edit_read}) {
    const auto* asked = read_or_refused(*read, 422);
    require(asked == nullptr || !asked->message.empty());
    require(asked == nullptr || dialects::is_client_key(asked->session_id));
  }
  const auto retry_read = session::read_retry(body);
  const auto* retry = read_or_refused(retry_read, 422);
  require(retry == nullptr ||
          (retry->message.empty() && dialects::is_client_key(retry->session_id)));
  // Whatever can be sent can be tried again.
  require(retry != nullptr || std::holds_alternative<chat::Failure>(chat_read));
}

void read_conversations(json::Padded body) {
  namespace api = dialects::conversation_api;
  const auto create = api::read_create(body);
  const auto patch = api::read_patch(body);
  const auto pin = api::read_pin(body);
  read_or_refused(create, 400);
  const auto* change = read_or_refused(patch, 400);
  require(change == nullptr || change->title || change->default_model || change->is_pinned);
  const auto* pinned = read_or_refused(pin, 400);
  require(pinned == nullptr || pinned->is_pinned);
  const auto message = api::read_message(body);
  const auto* asked = read_or_refused(message, 400);
  if (asked == nullptr) return;
  require(!asked->content.empty() || !asked->parts.empty());
  require(asked->parts.empty() || json::validate(asked->parts).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  text.append(json::Padded::kBytes, '\0');
  const json::Padded body(std::string_view(text).substr(0, size));
  read_kinds(body);
  read_sessions(body);
  read_conversations(body);

  const auto prompt_read = dialects::prompt_chat::read_body(body);
  if (const auto* prompt = read_or_refused(prompt_read, 400)) {
    require(!prompt->prompt.empty());
    require(!prompt->temperature || (*prompt->temperature >= 0 && *prompt->temperature <= 2));
  }
  const auto thread_read = dialects::thread_chat::read_body(body);
  if (const auto* thread = read_or_refused(thread_read, 422)) {
    require(!thread->message.empty());
    require(thread->previous_response_id.empty() ||
            dialects::is_client_key(thread->previous_response_id));
  }
  return 0;
}
