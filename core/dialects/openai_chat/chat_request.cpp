#include "core/dialects/openai_chat/chat_request.hpp"

#include <array>

namespace patchbay::dialects::openai_chat {
namespace {

chat::Failure wrong_type(const json::Wanted& member, std::string_view expected) {
  return chat::bad_request("Invalid type for '" + std::string(member.path) + "': expected " +
                               std::string(expected) + ", but got " +
                               std::string(json::kind_name(member.kind)) + " instead.",
                           std::string(member.path),
                           "invalid_type");
}

bool boolean_or_absent(const json::Wanted& member) {
  return !member.found || member.kind == json::Kind::kTrue || member.kind == json::Kind::kFalse ||
         member.kind == json::Kind::kNull;
}

}  // namespace

std::variant<ChatRequest, chat::Failure> read_request(json::Padded body) {
  std::array<json::Wanted, 4> wanted{{{.path = "model"},
                                      {.path = "stream"},
                                      {.path = "stream_options.include_usage"},
                                      {.path = "messages"}}};
  const auto& [model, stream, include_usage, messages] = wanted;
  if (auto scanned = json::scan(body, wanted); !scanned) {
    return chat::bad_request(scanned.error().message, {}, "invalid_json");
  }
  if (model.found && model.kind != json::Kind::kString) return wrong_type(model, "a string");
  if (!boolean_or_absent(stream)) return wrong_type(stream, "a boolean");
  if (!boolean_or_absent(include_usage)) return wrong_type(include_usage, "a boolean");
  if (!messages.found) {
    return chat::bad_request(
        "Missing required parameter: 'messages'.", "messages", "missing_required_parameter");
  }
  if (messages.kind != json::Kind::kArray) return wrong_type(messages, "an array");

  ChatRequest request;
  if (model.found) {
    std::string scratch;
    request.model = json::string_of(body.text(), model, scratch);
    request.model_value = model.span;
  }
  request.stream = stream.is(json::Kind::kTrue);
  request.include_usage = include_usage.is(json::Kind::kTrue);
  return request;
}

}  // namespace patchbay::dialects::openai_chat
