#include "core/api/conversations/conversation_json.hpp"

#include <string_view>

#include "core/api/list_json.hpp"
#include "core/base/iso_time.hpp"
#include "core/json/write.hpp"

namespace patchbay::api {
namespace {

std::string_view word_of(storage::Role role) {
  switch (role) {
    case storage::Role::kSystem:
      return "system";
    case storage::Role::kUser:
      return "user";
    case storage::Role::kAssistant:
      return "assistant";
    case storage::Role::kTool:
      return "tool";
  }
  return "user";
}

std::string_view word_of(storage::VersionStatus status) {
  switch (status) {
    case storage::VersionStatus::kStreaming:
      return "streaming";
    case storage::VersionStatus::kComplete:
      return "complete";
    case storage::VersionStatus::kStopped:
      return "stopped";
    case storage::VersionStatus::kInterrupted:
      return "interrupted";
    case storage::VersionStatus::kError:
      return "error";
  }
  return "complete";
}

// Leaves the object open.
void begin_conversation(json::Writer& writer, const storage::Conversation& conversation) {
  writer.begin_object()
      .member("id", conversation.id)
      .member("title", conversation.title)
      .member("userid", conversation.userid)
      .member("default_model", conversation.default_model)
      .member("is_pinned", conversation.pinned)
      .member("created_at", iso_time(conversation.created_ms))
      .member("updated_at", iso_time(conversation.updated_ms))
      .member("message_count", conversation.message_count);
}

}  // namespace

void append_conversation(std::string& out, const storage::Conversation& conversation) {
  json::Writer writer(out);
  begin_conversation(writer, conversation);
  writer.end_object();
}

void append_conversation(std::string& out,
                         const storage::Conversation& conversation,
                         std::span<const storage::Message> messages) {
  json::Writer writer(out);
  begin_conversation(writer, conversation);
  writer.key("messages");
  append_list(out, messages, append_message);
  writer.end_object();
}

void append_message(std::string& out, const storage::Message& message) {
  const storage::Version& version = message.version;
  json::Writer writer(out);
  writer.begin_object()
      .member("id", message.id)
      .member("role", word_of(message.role))
      .member("content", version.content);
  if (!version.parts.empty()) writer.key("parts").raw(version.parts);
  writer.key("model");
  if (version.model.empty()) {
    writer.null();
  } else {
    writer.value(version.model);
  }
  writer.member("status", word_of(version.status));
  if (!version.error.empty()) writer.member("error", version.error);
  writer.member("timestamp", iso_time(version.created_ms))
      .member("version", version.number)
      .member("versions", message.versions)
      .end_object();
}

}  // namespace patchbay::api
