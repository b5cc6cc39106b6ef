#include "core/dialects/chat_route/history.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/dialects/chat_route/fields.hpp"
#include "core/dialects/chat_route/message_parts.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::chat_route {
namespace {

using json::Kind;
using json::View;

// Members of an OpenAI message beside role and content that go on as they came. Vendors refuse
// messages with members that they do not know, such as the id and createdAt of a front end.
constexpr std::array<std::string_view, 11> kPassed{"name",
                                                   "tool_calls",
                                                   "tool_call_id",
                                                   "function_call",
                                                   "refusal",
                                                   "reasoning_content",
                                                   "reasoning_details",
                                                   "extra_content",
                                                   "cache_control",
                                                   "images",
                                                   "audio"};

// One message as it stands in the body.
struct Message {
  std::string path;
  std::string role;
  std::optional<View> content;
  std::optional<View> parts;
  std::optional<View> attachments;
  std::optional<View> invocations;
  std::string passed;  // members of kPassed, each with a comma before it
  bool calls_tools = false;

  MaybeFailure take(const json::MemberView& member);
};

bool has_items(const std::optional<View>& list) {
  return list && list->items().begin() != nullptr;
}

MaybeFailure Message::take(const json::MemberView& member) {
  const View& value = member.value;
  const auto take_list = [&](std::string_view name, std::optional<View>& list) -> MaybeFailure {
    if (value.is(Kind::kNull)) return std::nullopt;
    if (!value.is(Kind::kArray)) return wrong_kind(member_path(path, name), "an array", value);
    list = value;
    return std::nullopt;
  };
  if (member.named("role")) {
    if (!value.is(Kind::kString)) return wrong_kind(member_path(path, "role"), "a string", value);
    role = value.string();
  } else if (member.named("content")) {
    content = value;
  } else if (member.named("parts")) {
    return take_list("parts", parts);
  } else if (member.named("experimental_attachments")) {
    return take_list("experimental_attachments", attachments);
  } else if (member.named("toolInvocations")) {
    return take_list("toolInvocations", invocations);
  } else {
    const auto known = std::find_if(
        kPassed.begin(), kPassed.end(), [&](std::string_view name) { return member.named(name); });
    if (known == kPassed.end() || value.is(Kind::kNull)) return std::nullopt;
    if (*known == "tool_calls") {
      if (!value.is(Kind::kArray)) {
        return wrong_kind(member_path(path, "tool_calls"), "an array", value);
      }
      calls_tools = true;
    }
    calls_tools = calls_tools || *known == "function_call";
    passed += ",\"" + std::string(*known) + "\":";
    passed += value.text();
  }
  return std::nullopt;
}

// Checks the parts of an OpenAI message as far as they are known, and finds its text.
MaybeFailure check_content(const View& content, const std::string& path, std::string& text) {
  std::size_t index = 0;
  for (const View& part : content.items()) {
    const std::string at = item_path(path, index++);
    if (!part.is(Kind::kObject)) return wrong_kind(at, "an object", part);
    PartMembers members;
    if (auto failure = members.take(part, at)) return failure;
    if (members.type == "text") {
      if (!members.text) return wrong_value(member_path(at, "text"), "is missing");
      append_line(text, members.text->string());
    }
  }
  return std::nullopt;
}

void append_message(std::string& out, std::string_view role, std::string_view content_json) {
  if (!out.empty()) out += ',';
  out += "{\"role\":";
  json::append_string(out, role);
  out += ",\"content\":";
  out += content_json;
}

// A message in OpenAI's own form. Its text is taken for `text`.
MaybeFailure append_plain(std::string& out, const Message& message, std::string& text) {
  const std::string path = member_path(message.path, "content");
  std::string json = "null";
  if (!message.content || message.content->is(Kind::kNull)) {
    if (!message.calls_tools && message.passed.empty()) return wrong_value(path, "is missing");
  } else if (message.content->is(Kind::kString)) {
    text = message.content->string();
    json.clear();
    if (message.role == "assistant") {
      json::append_string(json, without_inline_images(text));
    } else {
      json = message.content->text();
    }
  } else if (message.content->is(Kind::kArray)) {
    if (auto failure = check_content(*message.content, path, text)) return failure;
    json = message.content->text();
  } else {
    return wrong_kind(path, "a string or an array of parts", *message.content);
  }
  append_message(out, message.role, json);
  out += message.passed;
  out += '}';
  return std::nullopt;
}

// The text of useChat's `content`, for messages of its fourth generation.
MaybeFailure content_text(const Message& message, std::string& text) {
  if (!message.content || message.content->is(Kind::kNull)) return std::nullopt;
  if (!message.content->is(Kind::kString)) {
    return wrong_kind(member_path(message.path, "content"), "a string", *message.content);
  }
  text = message.content->string();
  return std::nullopt;
}

MaybeFailure append_user(std::string& out, const Message& message, std::string& text) {
  UserContent content;
  if (has_items(message.parts)) {
    if (auto failure = content.take_parts(*message.parts, member_path(message.path, "parts"))) {
      return failure;
    }
  } else {
    std::string plain;
    if (auto failure = content_text(message, plain)) return failure;
    if (!plain.empty()) content.add_text(plain);
  }
  if (message.attachments) {
    const std::string path = member_path(message.path, "experimental_attachments");
    if (auto failure = content.take_attachments(*message.attachments, path)) return failure;
  }
  text = content.text();
  append_message(out, message.role, content.json());
  out += '}';
  return std::nullopt;
}

MaybeFailure append_assistant(std::string& out, const Message& message, bool last) {
  AssistantSteps steps(out);
  if (has_items(message.parts)) {
    return steps.take_parts(*message.parts, member_path(message.path, "parts"));
  }
  // Without parts nobody knows the order; calls came before the text that explains them, but in the
  // last message, where the text led to the calls.
  std::string text;
  if (auto failure = content_text(message, text)) return failure;
  if (last) steps.add_text(text);
  if (message.invocations) {
    const std::string path = member_path(message.path, "toolInvocations");
    if (auto failure = steps.take_invocations(*message.invocations, path)) return failure;
  }
  if (!last) steps.add_text(text);
  steps.end_step();
  return std::nullopt;
}

bool is_role(std::string_view role) {
  constexpr std::array<std::string_view, 6> kRoles{
      "system", "developer", "user", "assistant", "tool", "function"};
  return std::find(kRoles.begin(), kRoles.end(), role) != kRoles.end();
}

MaybeFailure read_message(
    const View& value, const std::string& path, bool last, History& history, std::string& out) {
  if (!value.is(Kind::kObject)) return wrong_kind(path, "an object", value);
  Message message;
  message.path = path;
  for (const json::MemberView& member : value.members()) {
    if (auto failure = message.take(member)) return failure;
  }
  if (message.role == "data") return std::nullopt;  // useChat's own notes, never for a model
  if (!is_role(message.role)) {
    return wrong_value(member_path(path, "role"),
                       message.role.empty()
                           ? "is missing"
                           : "expected system, developer, user, assistant, tool or function");
  }
  const bool by_ui =
      has_items(message.parts) || has_items(message.attachments) || has_items(message.invocations);
  std::string text;
  MaybeFailure failure;
  if (by_ui && message.role == "assistant") {
    failure = append_assistant(out, message, last);
  } else if (by_ui) {
    failure = append_user(out, message, text);
  } else {
    failure = append_plain(out, message, text);
  }
  if (!failure && message.role == "user") history.last_user_text = std::move(text);
  return failure;
}

}  // namespace

std::optional<chat::Failure> History::read(View value) {
  if (!value.is(Kind::kArray)) return wrong_kind("messages", "an array", value);
  std::size_t count = 0;
  for (const View& item : value.items()) {
    (void)item;
    ++count;
  }
  if (count == 0) return wrong_value("messages", "expected at least one message");
  std::string list;
  std::size_t index = 0;
  for (const View& item : value.items()) {
    const std::string path = item_path("messages", index++);
    if (auto failure = read_message(item, path, index == count, *this, list)) return failure;
  }
  messages = '[' + list + ']';
  return std::nullopt;
}

}  // namespace patchbay::dialects::chat_route
