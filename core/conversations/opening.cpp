#include "core/conversations/opening.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/uuid.hpp"
#include "core/conversations/pictures.hpp"
#include "core/conversations/storable_text.hpp"

namespace patchbay::conversations {
namespace {

using storage::Conversation;
using storage::Message;
using storage::PathDetail;
using storage::Repository;
using storage::Role;
using storage::Version;
using storage::VersionStatus;
using Kind = Opening::Kind;

// What a conversation is called that nobody has named.
std::string title_for(const Opening& opening) {
  const std::string first = opening.earlier ? first_text(*opening.earlier) : std::string();
  return title_of(first.empty() ? opening.text.content : first);
}

Conversation new_conversation(const Opening& opening) {
  Conversation conversation;
  conversation.id = opening.new_conversation;
  conversation.owner = opening.owner;
  conversation.userid = opening.userid;
  conversation.dialect = opening.dialect;
  conversation.external_key = opening.external_key;
  conversation.title = title_for(opening);
  conversation.created_ms = conversation.updated_ms = opening.now_ms;
  return conversation;
}

bool is_named(const Opening& opening) {
  return !opening.conversation_id.empty() || !opening.external_key.empty();
}

Result<Conversation> find(Repository& repository, const Opening& opening) {
  return opening.conversation_id.empty()
             ? repository.conversation_by_key(opening.owner, opening.dialect, opening.external_key)
             : repository.conversation(opening.owner, opening.conversation_id);
}

Result<Conversation> find_or_create(Repository& repository, const Opening& opening, bool& created) {
  if (opening.kind == Kind::kBranch) {
    auto found = repository.conversation_of_version(opening.owner, opening.after);
    if (!found && found.error().code == ErrorCode::kNotFound) {
      return make_error(ErrorCode::kNotFound, "There is no such response to go on from");
    }
    return found;
  }
  if (is_named(opening)) {
    auto found = find(repository, opening);
    const bool missing = !found && found.error().code == ErrorCode::kNotFound;
    const bool may_create = opening.create && opening.conversation_id.empty();
    if (!missing || !may_create) return found;
  } else if (!opening.create) {
    return make_error(ErrorCode::kNotFound, "No conversation is named");
  }
  Conversation conversation = new_conversation(opening);
  if (auto written = repository.create_conversation(conversation); !written) return written.error();
  created = true;
  return conversation;
}

Version user_version(const Opening& opening) {
  Version version;
  version.id = opening.new_version;
  version.content = opening.text.content;
  version.parts = opening.text.parts;
  version.model = opening.text.model;
  version.created_ms = version.updated_ms = opening.now_ms;
  return version;
}

Version reply_version(const Opening& opening) {
  Version version;
  version.id = opening.new_reply_version;
  version.model = opening.reply_model;
  version.provider = opening.reply_provider;
  version.status = VersionStatus::kStreaming;
  version.instance = opening.instance;
  version.created_ms = version.updated_ms = opening.now_ms;
  return version;
}

bool is_streaming(const Message& message) {
  return message.version.status == VersionStatus::kStreaming;
}

// One opening at work on one conversation's path.
class Opener {
 public:
  Opener(Repository& repository, const Opening& opening, Opened& opened)
      : repository_(repository), opening_(opening), opened_(opened) {}

  Status run() {
    if (auto locked = repository_.lock_conversation(opened_.conversation.id); !locked)
      return locked;
    if (auto loaded = load(); !loaded) return loaded;
    if (done_before()) return ok();
    if (is_busy()) return make_error(ErrorCode::kConflict, kBusy);
    auto kind = meant();
    if (!kind) return kind.error();
    kind_ = *kind;
    if (auto begun = begin_with_earlier(); !begun) return begun;
    switch (kind_) {
      case Kind::kSend:
      case Kind::kBranch:
        return send();
      case Kind::kEdit:
        return edit();
      case Kind::kRetry:
      case Kind::kAnswer:
        return retry();
    }
    return ok();
  }

 private:
  Path& path() { return opened_.path; }

  Status load() {
    const std::string& id = opened_.conversation.id;
    const auto detail = opening_.user_texts.empty() ? PathDetail::kOutline : PathDetail::kTexts;
    auto active = repository_.active_path(id, detail);
    if (!active) return active.error();
    active_ = *std::move(active);
    if (opening_.kind != Kind::kBranch) {
      opened_.path = active_;
      return ok();
    }
    auto path = repository_.path_to(id, opening_.after, detail);
    if (!path) return path.error();
    opened_.path = *std::move(path);
    return ok();
  }

  // What is being written is always on the active path: whatever begins an answer makes it so.
  [[nodiscard]] bool is_busy() const {
    return std::any_of(active_.begin(), active_.end(), is_streaming);
  }

  // The transaction was thought lost and is done again.
  bool done_before() {
    if (active_.empty()) return false;
    const std::string& last = active_.back().version.id;
    const bool unanswered = !opening_.answered && last == opening_.new_version;
    if (last != opening_.new_reply_version && !unanswered) return false;
    opened_.path = active_;
    if (!unanswered) {
      opened_.reply_id = path().back().id;
      opened_.reply_version = opening_.new_reply_version;
      path().pop_back();
    }
    if (!path().empty() && path().back().version.id == opening_.new_version) {
      path().back().version.content = opening_.text.content;
      path().back().version.parts = opening_.text.parts;
    }
    return true;
  }

  // A client that keeps the history itself tells by it what it means.
  Result<Kind> meant() {
    const auto& texts = opening_.user_texts;
    if (opening_.kind != Kind::kSend || texts.empty()) return opening_.kind;
    std::size_t seen = 0;
    for (std::size_t at = 0; at < path().size(); ++at) {
      const Message& message = path()[at];
      if (message.role != Role::kUser) continue;
      const bool same = hash_of(message.version.content) == texts[seen];
      if (++seen < texts.size()) {
        if (!same) return Kind::kSend;
        continue;
      }
      return in_place_of(at, same);
    }
    return Kind::kSend;
  }

  // The last of the client's messages stands where there is one already.
  Result<Kind> in_place_of(std::size_t at, bool same_text) {
    bool same = same_text;
    if (same) {
      auto versions = repository_.versions(path()[at].id, {});
      if (!versions) return versions.error();
      same =
          std::any_of(versions->items.begin(), versions->items.end(), [&](const Version& version) {
            return version.id == path()[at].version.id && version.parts == opening_.text.parts;
          });
    }
    // A client that sends one message only may well keep no history at all.
    const bool lone = opening_.user_texts.size() == 1 && !opening_.edits;
    if (lone && !(same && at + 2 >= path().size())) return Kind::kSend;
    path().resize(std::min(path().size(), at + 2));
    return same ? Kind::kRetry : Kind::kEdit;
  }

  // Where a branch is begun is where the conversation goes on.
  Status follow_path() {
    for (std::size_t at = 0; at < path().size(); ++at) {
      const Version& version = path()[at].version;
      if (at < active_.size() && active_[at].version.id == version.id) continue;
      auto moved =
          repository_.activate_version(opened_.conversation.id, path()[at].id, version.number);
      if (!moved) return moved;
    }
    return ok();
  }

  // A conversation that was made empty and without a title is called after its first message, like
  // one that begins with it.
  Status name_conversation() {
    Conversation& conversation = opened_.conversation;
    if (!path().empty() || !conversation.title.empty()) return ok();
    storage::ConversationChange change;
    change.title = title_for(opening_);
    if (change.title->empty()) return ok();
    auto named =
        repository_.change_conversation(opening_.owner, conversation.id, change, opening_.now_ms);
    if (!named) return named.error();
    conversation = *std::move(named);
    return ok();
  }

  // What a client brings with its first message is no message of a later one.
  Status begin_with_earlier() {
    const bool comes_first = opening_.kind == Kind::kSend || opening_.kind == Kind::kAnswer;
    if (!path().empty() || opening_.earlier == nullptr || !comes_first) return ok();
    if (auto named = name_conversation(); !named) return named;
    auto added = add_earlier(repository_, opened_.conversation, *opening_.earlier, opening_.now_ms);
    if (!added) return added.error();
    path() = *std::move(added);
    return ok();
  }

  Status send() {
    if (opening_.kind == Kind::kBranch) {
      if (auto followed = follow_path(); !followed) return followed;
    }
    Message message;
    message.id = opening_.new_message;
    message.conversation_id = opened_.conversation.id;
    message.parent_id = path().empty() ? opened_.conversation.id : path().back().version.id;
    message.role = Role::kUser;
    message.created_ms = opening_.now_ms;
    message.version = user_version(opening_);
    message.version.number = 1;
    if (auto named = name_conversation(); !named) return named;
    auto added = repository_.add_message(message);
    if (!added) {
      const bool taken = added.error().code == ErrorCode::kConflict && kind_ == Kind::kBranch;
      return taken ? branch() : added;
    }
    path().push_back(std::move(message));
    return answer();
  }

  // Something follows already where the branch begins: the new text takes its place, as an edit.
  Status branch() {
    auto active = repository_.active_path(opened_.conversation.id, PathDetail::kOutline);
    if (!active) return active.error();
    const std::string parent = path().back().version.id;
    const auto next = std::find_if(active->begin(), active->end(), [&](const Message& message) {
      return message.parent_id == parent;
    });
    if (next == active->end()) {
      return make_error(ErrorCode::kConflict, "The conversation has moved on another way");
    }
    path().push_back(*next);
    return edit();
  }

  // Leaves the last user's message at the end of the path.
  Status to_user(std::string what) {
    while (!path().empty() && path().back().role != Role::kUser)
      path().pop_back();
    if (!path().empty()) return ok();
    return make_error(ErrorCode::kInvalid, "There is no message of the user to " + what);
  }

  Status edit() {
    if (auto found = to_user("edit"); !found) return found;
    Message& message = path().back();
    Version version = user_version(opening_);
    auto number = repository_.add_version(message.id, version);
    if (!number) return number.error();
    version.number = *number;
    message.versions = *number;
    message.version = std::move(version);
    return answer();
  }

  Status retry() {
    // What it was answered with, if it was.
    const Message* reply = nullptr;
    for (std::size_t at = path().size(); at-- > 0 && reply == nullptr;) {
      if (path()[at].role != Role::kUser) continue;
      if (at + 1 < path().size()) reply = &path()[at + 1];
      break;
    }
    const std::string reply_id = reply == nullptr ? "" : reply->id;
    if (auto found = to_user("answer"); !found) return found;
    if (reply_id.empty()) return answer();
    auto number = repository_.add_version(reply_id, reply_version(opening_));
    if (!number) return number.error();
    opened_.reply_id = reply_id;
    opened_.reply_version = opening_.new_reply_version;
    return ok();
  }

  Status answer() {
    if (!opening_.answered) return ok();
    Message reply;
    reply.id = opening_.new_reply;
    reply.conversation_id = opened_.conversation.id;
    reply.parent_id = path().back().version.id;
    reply.role = Role::kAssistant;
    reply.created_ms = opening_.now_ms;
    reply.version = reply_version(opening_);
    if (auto added = repository_.add_message(reply); !added) return added;
    opened_.reply_id = reply.id;
    opened_.reply_version = reply.version.id;
    return ok();
  }

  Repository& repository_;
  const Opening& opening_;
  Opened& opened_;
  Path active_;
  Kind kind_ = Kind::kSend;
};

}  // namespace

void Opening::prepare() {
  now_ms = unix_ms();
  for (std::string* id :
       {&new_conversation, &new_message, &new_version, &new_reply, &new_reply_version}) {
    *id = make_uuid();
  }
}

Result<bool> is_beginning(Repository& repository, const Opening& opening) {
  if (!is_named(opening)) return opening.create;
  auto found = find(repository, opening);
  if (found) return found->message_count == 0;
  if (found.error().code == ErrorCode::kNotFound) return opening.create;
  return found.error();
}

std::size_t bytes_of(const Opening& opening) {
  std::size_t bytes = bytes_of(opening.text);
  if (opening.earlier == nullptr) return bytes;
  for (const EarlierMessage& message : *opening.earlier)
    bytes += bytes_of(message.said);
  return bytes;
}

Result<Opened> open(Repository& repository, const Opening& opening) {
  Opened opened;
  auto conversation = find_or_create(repository, opening, opened.created);
  if (!conversation) return conversation.error();
  opened.conversation = *std::move(conversation);
  Opening named = opening;
  named.text.parts = with_file_ids(opening.text, opened.conversation.id);
  if (auto done = Opener(repository, named, opened).run(); !done) return done.error();
  auto stored = store_pictures(repository, opened.conversation, opening.text, opening.now_ms);
  if (!stored) return stored.error();
  return opened;
}

Status load_history(Repository& repository, Opened& opened) {
  if (opened.path.empty()) return ok();
  auto path = repository.path_to(opened.conversation.id, opened.path.back().version.id);
  if (!path) return path.error();
  opened.path = *std::move(path);
  return ok();
}

std::size_t hash_of(std::string_view user_text) {
  return std::hash<std::string_view>{}(user_text);
}

}  // namespace patchbay::conversations
