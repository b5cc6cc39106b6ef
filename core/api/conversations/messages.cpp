#include "core/api/conversations/messages.hpp"

#include <charconv>
#include <utility>

#include "core/api/conversations/conversation_json.hpp"
#include "core/api/files/file_links.hpp"
#include "core/api/paging.hpp"
#include "core/api/storage_reply.hpp"
#include "core/conversations/client_history.hpp"
#include "core/conversations/pictures.hpp"
#include "core/dialects/conversation_api/body.hpp"

namespace patchbay::api {
namespace {

namespace dialect = dialects::conversation_api;
using conversations::UserText;
using storage::Message;
using storage::Repository;

// A conversation's, as its owner is shown them.
Result<storage::Page<Message>> shown_messages(Repository& repository,
                                              const std::string& conversation,
                                              const FileLinks& links,
                                              const storage::PageRequest& which = {}) {
  if (auto learned = links.learn(repository); !learned) return learned.error();
  auto page = repository.messages(conversation, which);
  if (!page) return page;
  for (Message& message : page->items)
    links.show(message.version);
  return page;
}

// Without what it says. Only what is on the active path can be seen, and so only that can be
// changed.
Result<Message> find_message(Repository& repository,
                             const std::string& owner,
                             const std::string& conversation,
                             const std::string& id) {
  auto found = repository.conversation(owner, conversation);
  if (!found) return found.error();
  auto message = repository.message_on_path(conversation, id);
  if (!message) return message.error();
  if (*message) return **std::move(message);
  return make_error(ErrorCode::kNotFound, "There is no such message in this conversation");
}

bool is_being_answered(Repository& repository, const std::string& conversation) {
  const auto last = repository.last_message(conversation);
  return last && *last && (*last)->version.status == storage::VersionStatus::kStreaming;
}

// The message with each of its versions in turn.
Result<storage::Page<Message>> versions_of(Repository& repository,
                                           const Message& message,
                                           const FileLinks& links,
                                           const storage::PageRequest& which) {
  if (auto learned = links.learn(repository); !learned) return learned.error();
  auto versions = repository.versions(message.id, which);
  if (!versions) return versions.error();
  storage::Page<Message> page{.items = {}, .next = std::move(versions->next)};
  for (storage::Version& version : versions->items) {
    links.show(version);
    page.items.push_back(message);
    page.items.back().version = std::move(version);
  }
  return page;
}

std::optional<std::int64_t> number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

void store_message(StorageResponder& responder,
                   const conversations::Opening& opening,
                   const FileLinks& links) {
  responder.asker().write<Message>(
      [opening, links](Repository& repository) -> Result<Message> {
        if (auto learned = links.learn(repository); !learned) return learned.error();
        auto opened = conversations::open(repository, opening);
        if (!opened) return opened.error();
        links.show(opened->path.back().version);
        return std::move(opened->path.back());
      },
      [&responder](const Result<Message>& message) {
        if (!message) return responder.refuse(storage_failure(message.error()));
        JsonReply reply{.status = 201};
        append_message(reply.body, *message);
        responder.reply(reply);
      },
      {.bytes = conversations::bytes_of(opening.text)});
}

}  // namespace

void list_messages(server::Exchange& exchange, const Context& context) {
  const auto asked = asked_page(exchange, context, 0);
  if (!asked) return;
  answer_with_page<Message>(
      exchange,
      context,
      "/conversations/" + context.segments[0] + "/messages",
      *asked,
      [owner = context.principal.owner,
       id = context.segments[0],
       links = FileLinks(context, exchange.request()),
       which = request_of(*asked)](Repository& repository) -> Result<storage::Page<Message>> {
        auto found = repository.conversation(owner, id);
        if (!found) return found.error();
        return shown_messages(repository, found->id, links, which);
      },
      append_message);
}

void add_message(server::Exchange& exchange, const Context& context) {
  auto read = dialect::read_message(json::Padded(exchange.request().body()));
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_error_text(exchange, context, *failure);
  }
  const auto& body = std::get<dialect::MessageBody>(read);
  conversations::Opening opening;
  opening.owner = context.principal.owner;
  opening.conversation_id = context.segments[0];
  opening.create = false;
  opening.answered = false;
  if (body.parts.empty()) {
    opening.text.content = body.content;
  } else {
    opening.text = conversations::read_content(json::View(body.parts));
  }
  opening.text.model = body.model;
  opening.text.parts = without_signatures(std::move(opening.text.parts));
  opening.prepare();
  StorageResponder* const responder = StorageResponder::attach(exchange, context);
  if (responder == nullptr) return;
  const FileLinks links(context, exchange.request());
  responder->asker().read<UserText>(
      [owner = opening.owner, text = opening.text](Repository& repository) {
        return conversations::with_digests(repository, owner, text);
      },
      [responder, links, opening](Result<UserText> text) mutable {
        if (!text) return responder->refuse(storage_failure(text.error()));
        opening.text = *std::move(text);
        store_message(*responder, opening, links);
      });
}

void list_versions(server::Exchange& exchange, const Context& context) {
  const auto asked = asked_page(exchange, context, 0);
  if (!asked) return;
  answer_with_page<Message>(
      exchange,
      context,
      "/conversations/" + context.segments[0] + "/messages/" + context.segments[1] + "/versions",
      *asked,
      [owner = context.principal.owner,
       conversation = context.segments[0],
       id = context.segments[1],
       links = FileLinks(context, exchange.request()),
       which = request_of(*asked)](Repository& repository) -> Result<storage::Page<Message>> {
        auto found = find_message(repository, owner, conversation, id);
        if (!found) return found.error();
        return versions_of(repository, *found, links, which);
      },
      append_message);
}

void activate_version(server::Exchange& exchange, const Context& context) {
  const auto number = number_of(context.segments[2]);
  if (!number) {
    return reply_error_text(
        exchange, context, chat::bad_request("version: expected a number from 1 on", "version"));
  }
  using Messages = storage::Page<Message>;
  answer_after_write<Messages>(
      exchange,
      context,
      [owner = context.principal.owner,
       conversation = context.segments[0],
       message = context.segments[1],
       number = *number,
       links = FileLinks(context, exchange.request())](Repository& repository) -> Result<Messages> {
        if (auto mine = repository.conversation(owner, conversation); !mine) return mine.error();
        if (auto locked = repository.lock_conversation(conversation); !locked) {
          return locked.error();
        }
        auto found = find_message(repository, owner, conversation, message);
        if (!found) return found.error();
        if (is_being_answered(repository, conversation)) {
          return make_error(ErrorCode::kConflict, conversations::kBusy);
        }
        auto moved = repository.activate_version(conversation, message, number);
        if (!moved) return moved.error();
        return shown_messages(repository, conversation, links);
      },
      [](const Messages& now) {
        JsonReply reply;
        append_list(reply.body, now.items, append_message);
        return reply;
      });
}

}  // namespace patchbay::api
