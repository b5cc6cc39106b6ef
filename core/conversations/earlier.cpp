#include "core/conversations/earlier.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/uuid.hpp"
#include "core/conversations/client_history.hpp"
#include "core/conversations/pictures.hpp"
#include "core/conversations/storable_text.hpp"
#include "core/json/scan.hpp"
#include "core/json/write.hpp"

namespace patchbay::conversations {
namespace {

using json::Kind;
using json::View;
using storage::Role;

struct Fields {
  std::string role;
  std::optional<View> content;
  std::optional<View> calls;
  std::string call_id;
  std::string reasoning;

  explicit Fields(View message) {
    for (const json::MemberView& member : message.members()) {
      if (member.named("role")) role = member.value.string();
      if (member.named("content")) content = member.value;
      if (member.named("tool_calls")) calls = member.value;
      if (member.named("tool_call_id")) call_id = member.value.string();
      if (member.named("reasoning_content")) reasoning = member.value.string();
    }
  }
};

// A call of a tool in a message of an assistant's.
struct Call {
  std::string id;
  std::string name;
  std::string arguments;

  explicit Call(View call) {
    for (const json::MemberView& member : call.members()) {
      if (member.named("id")) id = member.value.string();
      if (!member.named("function")) continue;
      for (const json::MemberView& inner : member.value.members()) {
        if (inner.named("name")) name = inner.value.string();
        if (inner.named("arguments")) arguments = inner.value.string();
      }
    }
  }
};

// The text of one message, whether it came as a text or in parts.
std::string text_of(View content) {
  return content.is(Kind::kString) ? storable(content.string()) : read_content(content).content;
}

// What an assistant said since its user spoke, step by step.
class Reply {
 public:
  Reply() { writer_.begin_array(); }

  void take(const Fields& message) {
    if (!message.reasoning.empty()) add("reasoning", storable(message.reasoning));
    if (message.content) add_text(text_of(*message.content));
    if (!message.calls) return;
    for (const View item : message.calls->items()) {
      const Call call(item);
      begin("tool_call", call.id).member("name", storable(call.name));
      writer_.member("arguments", storable(call.arguments)).end_object();
    }
  }

  // A result is kept as JSON; what a tool said in plain words becomes a string of it.
  void take_result(const Fields& message) {
    const std::string result = message.content ? text_of(*message.content) : std::string();
    begin("tool_result", message.call_id).key("result");
    if (json::validate(result)) {
      writer_.raw(result);
    } else {
      writer_.value(result);
    }
    writer_.end_object();
  }

  // Nothing, where nothing was said.
  std::optional<EarlierMessage> end() {
    if (text_.empty() && only_text_) return std::nullopt;
    EarlierMessage reply{.role = Role::kAssistant, .said = {.content = std::move(text_)}};
    writer_.end_array();
    if (!only_text_) reply.said.parts = std::move(parts_);
    return reply;
  }

 private:
  void add(std::string_view type, const std::string& text) {
    only_text_ = only_text_ && type == "text";
    writer_.begin_object().member("type", type).member("text", text).end_object();
  }

  void add_text(const std::string& text) {
    if (text.empty()) return;
    if (!text_.empty()) text_ += '\n';
    text_ += text;
    add("text", text);
  }

  // Leaves the part open.
  json::Writer& begin(std::string_view type, const std::string& id) {
    only_text_ = false;
    return writer_.begin_object().member("type", type).member("id", storable(id));
  }

  std::string text_;
  std::string parts_;
  json::Writer writer_{parts_};
  bool only_text_ = true;
};

// Puts the messages of a request together to those that are stored.
class Reader {
 public:
  void take(View message) {
    const Fields fields(message);
    if (fields.role == "user" && fields.content) {
      end_reply();
      read_.push_back({.role = Role::kUser, .said = read_content(*fields.content)});
    } else if (fields.role == "assistant") {
      reply().take(fields);
    } else if (fields.role == "tool") {
      reply().take_result(fields);
    }
  }

  Earlier end(bool whole) {
    end_reply();
    if (!whole) leave_out_the_last();
    if (read_.size() > kEarlierMax) {
      auto first = read_.end() - static_cast<std::ptrdiff_t>(kEarlierMax);
      while (first != read_.end() && first->role != Role::kUser)
        ++first;
      read_.erase(read_.begin(), first);
    }
    for (EarlierMessage& message : read_) {
      message.id = make_uuid();
      message.version = make_uuid();
    }
    return std::move(read_);
  }

 private:
  Reply& reply() { return reply_ ? *reply_ : reply_.emplace(); }

  void end_reply() {
    if (!reply_) return;
    if (auto said = reply_->end()) read_.push_back(*std::move(said));
    reply_.reset();
  }

  // The new message of the user, and with it whatever follows.
  void leave_out_the_last() {
    while (!read_.empty() && read_.back().role != Role::kUser)
      read_.pop_back();
    if (!read_.empty()) read_.pop_back();
  }

  Earlier read_;
  std::optional<Reply> reply_;
};

storage::Message message_of(const storage::Conversation& conversation,
                            const EarlierMessage& earlier,
                            std::int64_t now_ms) {
  storage::Message message;
  message.id = earlier.id;
  message.conversation_id = conversation.id;
  message.role = earlier.role;
  message.created_ms = now_ms;
  message.version.id = earlier.version;
  message.version.number = 1;
  message.version.content = earlier.said.content;
  message.version.parts = with_file_ids(earlier.said, conversation.id);
  message.version.created_ms = message.version.updated_ms = now_ms;
  return message;
}

}  // namespace

Earlier read_earlier(View messages, bool whole) {
  Reader reader;
  for (const View message : messages.items())
    reader.take(message);
  return reader.end(whole);
}

Result<std::shared_ptr<const Earlier>> with_digests(storage::Repository& repository,
                                                    const std::string& owner,
                                                    Earlier earlier) {
  for (EarlierMessage& message : earlier) {
    if (message.role != Role::kUser || message.said.parts.empty()) continue;
    auto said = with_digests(repository, owner, message.said);
    if (!said) return said.error();
    message.said = *std::move(said);
  }
  return std::make_shared<const Earlier>(std::move(earlier));
}

std::string first_text(const Earlier& earlier) {
  const auto first = std::find_if(earlier.begin(), earlier.end(), [](const EarlierMessage& each) {
    return each.role == Role::kUser;
  });
  return first == earlier.end() ? std::string() : first->said.content;
}

Result<Path> add_earlier(storage::Repository& repository,
                         const storage::Conversation& conversation,
                         const Earlier& earlier,
                         std::int64_t now_ms) {
  Path path;
  for (const EarlierMessage& each : earlier) {
    storage::Message message = message_of(conversation, each, now_ms);
    message.parent_id = path.empty() ? conversation.id : path.back().version.id;
    if (auto added = repository.add_message(message); !added) return added.error();
    auto kept = store_pictures(repository, conversation, each.said, now_ms);
    if (!kept) return kept.error();
    message.version.content.clear();
    message.version.parts.clear();
    path.push_back(std::move(message));
  }
  return path;
}

}  // namespace patchbay::conversations
