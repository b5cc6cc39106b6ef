#include "core/conversations/history.hpp"

#include <string_view>

#include "core/json/view.hpp"
#include "core/json/write.hpp"

namespace patchbay::conversations {
namespace {

using storage::Message;
using storage::Role;

std::string_view name_of(Role role) {
  switch (role) {
    case Role::kSystem:
      return "system";
    case Role::kUser:
      return "user";
    case Role::kAssistant:
      return "assistant";
    case Role::kTool:
      return "tool";
  }
  return "user";
}

struct Part {
  std::string type;
  std::string text;
  std::string url;

  explicit Part(json::View view) {
    for (const json::MemberView& member : view.members()) {
      if (member.named("type")) type = member.value.string();
      if (member.named("text")) text = member.value.string();
      if (member.named("url")) url = member.value.string();
    }
  }
};

// Only what a user showed is shown to the model again; an image that a model made is in the text.
bool has_images(const Message& message) {
  if (message.role != Role::kUser || message.version.parts.empty()) return false;
  for (const json::View part : json::View(message.version.parts).items()) {
    if (Part(part).type == "image") return true;
  }
  return false;
}

void write_content(json::Writer& writer, const Message& message) {
  if (!has_images(message)) {
    writer.value(message.version.content);
    return;
  }
  writer.begin_array();
  for (const json::View view : json::View(message.version.parts).items()) {
    const Part part(view);
    if (part.type == "text") {
      writer.begin_object().member("type", "text").member("text", part.text).end_object();
    } else if (part.type == "image" && !part.url.empty()) {
      writer.begin_object().member("type", "image_url").key("image_url");
      writer.begin_object().member("url", part.url).end_object().end_object();
    }
  }
  writer.end_array();
}

bool says_something(const Message& message) {
  return !message.version.content.empty() || has_images(message);
}

}  // namespace

void keep_turns(Path& path, std::int64_t turns) {
  if (turns < 0 || path.empty()) return;
  std::int64_t seen = 0;
  auto at = path.end() - 1;
  while (at != path.begin() && seen < turns) {
    --at;
    if (at->role == Role::kUser) ++seen;
  }
  path.erase(path.begin(), at);
}

void keep_tokens(Path& path, std::int64_t max_tokens, tokens::Encoding encoding) {
  if (path.empty()) return;
  const auto cost = [&](const Message& message) {
    return tokens::count(encoding, message.version.content).tokens;
  };
  std::int64_t left = max_tokens - cost(path.back());
  auto at = path.end() - 1;
  while (at != path.begin()) {
    left -= cost(*(at - 1));
    if (left < 0) break;
    --at;
  }
  while (at != path.end() - 1 && at->role == Role::kAssistant)
    ++at;
  path.erase(path.begin(), at);
}

std::string write_messages(const Path& path, const std::string& system) {
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  if (!system.empty()) {
    writer.begin_object().member("role", "system").member("content", system).end_object();
  }
  for (const Message& message : path) {
    if (!says_something(message)) continue;
    writer.begin_object().member("role", name_of(message.role)).key("content");
    write_content(writer, message);
    writer.end_object();
  }
  writer.end_array();
  return out;
}

}  // namespace patchbay::conversations
