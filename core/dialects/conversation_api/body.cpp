#include "core/dialects/conversation_api/body.hpp"

#include <array>
#include <cstddef>

#include "core/dialects/body_fields.hpp"

namespace patchbay::dialects::conversation_api {
namespace {

using json::Kind;
using json::View;

constexpr std::size_t kTitleBytesMax = 1024;
constexpr std::size_t kModelBytesMax = 256;

bool is_there(const json::Wanted& wanted) {
  return wanted.found && !wanted.is(Kind::kNull);
}

MaybeFailure take_short_text(std::string_view body,
                             const json::Wanted& wanted,
                             std::size_t bytes_max,
                             std::string& text) {
  if (auto failure = take_text(body, wanted, text)) return failure;
  if (text.size() <= bytes_max) return std::nullopt;
  return wrong_value(std::string(wanted.path),
                     "is longer than " + std::to_string(bytes_max) + " bytes");
}

std::variant<ConversationBody, chat::Failure> read_conversation(json::Padded body) {
  std::array<json::Wanted, 3> wanted{
      {{.path = "title"}, {.path = "default_model"}, {.path = "is_pinned"}}};
  const auto& [title, model, pinned] = wanted;
  ConversationBody read;
  auto failure = scan_body(body, wanted);
  if (!failure && is_there(title)) {
    failure = take_short_text(body.text(), title, kTitleBytesMax, read.title.emplace());
  }
  if (!failure && is_there(model)) {
    failure = take_short_text(body.text(), model, kModelBytesMax, read.default_model.emplace());
  }
  if (!failure && is_there(pinned)) {
    const View value(json::raw_of(body.text(), pinned));
    if (!value.is_bool()) failure = wrong_kind("is_pinned", "a boolean", value);
    read.is_pinned = value.is(Kind::kTrue);
  }
  if (failure) return std::move(*failure);
  return read;
}

// What one part adds to the text; `only_text` becomes false where it is of another type.
MaybeFailure take_part(View part, const std::string& path, std::string& text, bool& only_text) {
  if (!part.is(Kind::kObject)) return wrong_kind(path, "an object", part);
  std::optional<View> type;
  std::optional<View> words;
  for (const json::MemberView& member : part.members()) {
    if (member.named("type")) type = member.value;
    if (member.named("text")) words = member.value;
  }
  if (!type) return missing_value(path + ".type");
  if (!type->is(Kind::kString)) return wrong_kind(path + ".type", "a string", *type);
  if (type->string() == "image_url") {
    only_text = false;
    return std::nullopt;
  }
  if (type->string() != "text") {
    return wrong_value(path + ".type", "expected \"text\" or \"image_url\"");
  }
  if (!words) return missing_value(path + ".text");
  if (!words->is(Kind::kString)) return wrong_kind(path + ".text", "a string", *words);
  if (!text.empty()) text += '\n';
  const std::string said = words->string();
  if (auto failure = check_storable(path + ".text", said)) return failure;
  text += said;
  return std::nullopt;
}

MaybeFailure take_content(std::string_view body, const json::Wanted& wanted, MessageBody& read) {
  if (!is_there(wanted)) return missing_value("content");
  const View content(json::raw_of(body, wanted));
  bool only_text = true;
  if (content.is(Kind::kString)) {
    read.content = content.string();
    if (auto failure = check_storable("content", read.content)) return failure;
  } else if (content.is(Kind::kArray)) {
    std::size_t index = 0;
    for (const View& part : content.items()) {
      const std::string path = "content[" + std::to_string(index++) + ']';
      if (auto failure = take_part(part, path, read.content, only_text)) return failure;
    }
    if (!only_text) read.parts = content.text();
  } else {
    return wrong_kind("content", "a string or an array of parts", content);
  }
  if (read.content.empty() && only_text) return empty_value("content");
  return std::nullopt;
}

}  // namespace

std::variant<ConversationBody, chat::Failure> read_create(json::Padded body) {
  if (body.text().empty()) return ConversationBody{};
  return read_conversation(body);
}

std::variant<ConversationBody, chat::Failure> read_patch(json::Padded body) {
  auto read = read_conversation(body);
  const auto* change = std::get_if<ConversationBody>(&read);
  if (change != nullptr && !change->title && !change->default_model && !change->is_pinned) {
    return chat::bad_request("The body must have one of `default_model`, `title` and `is_pinned`",
                             "default_model",
                             "missing_required_parameter");
  }
  return read;
}

std::variant<ConversationBody, chat::Failure> read_pin(json::Padded body) {
  auto read = read_conversation(body);
  const auto* change = std::get_if<ConversationBody>(&read);
  if (change != nullptr && !change->is_pinned) return missing_value("is_pinned");
  return read;
}

std::variant<MessageBody, chat::Failure> read_message(json::Padded body) {
  std::array<json::Wanted, 2> wanted{{{.path = "content"}, {.path = "model"}}};
  MessageBody read;
  auto failure = scan_body(body, wanted);
  if (!failure) failure = take_content(body.text(), wanted[0], read);
  if (!failure) failure = take_short_text(body.text(), wanted[1], kModelBytesMax, read.model);
  if (failure) return std::move(*failure);
  return read;
}

}  // namespace patchbay::dialects::conversation_api
