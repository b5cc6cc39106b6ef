#include "core/api/conversations/conversations.hpp"

#include <utility>

#include "core/api/chat/stop_answer.hpp"
#include "core/api/conversations/conversation_json.hpp"
#include "core/api/files/file_links.hpp"
#include "core/api/paging.hpp"
#include "core/api/storage_reply.hpp"
#include "core/base/clock.hpp"
#include "core/base/uuid.hpp"
#include "core/dialects/conversation_api/body.hpp"

namespace patchbay::api {
namespace {

namespace dialect = dialects::conversation_api;
using storage::Conversation;
using storage::Repository;

// Whole unless a page of its messages was asked for.
struct Whole {
  Conversation conversation;
  storage::Page<storage::Message> messages;
};

Result<Whole> whole_of(Repository& repository,
                       Conversation conversation,
                       const FileLinks& links,
                       const storage::PageRequest& which = {}) {
  auto messages = repository.messages(conversation.id, which);
  if (!messages) return messages.error();
  if (auto learned = links.learn(repository); !learned) return learned.error();
  for (storage::Message& message : messages->items)
    links.show(message.version);
  return Whole{std::move(conversation), *std::move(messages)};
}

JsonReply show(const Whole& whole) {
  JsonReply reply;
  append_conversation(reply.body, whole.conversation, whole.messages.items);
  return reply;
}

// A change of one conversation, and the whole of it as the answer.
void change(server::Exchange& exchange,
            const Context& context,
            std::variant<dialect::ConversationBody, chat::Failure> read) {
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_error_text(exchange, context, *failure);
  }
  auto& body = std::get<dialect::ConversationBody>(read);
  storage::ConversationChange wanted;
  wanted.title = std::move(body.title);
  wanted.default_model = std::move(body.default_model);
  wanted.pinned = body.is_pinned;
  answer_after_write<Whole>(
      exchange,
      context,
      [owner = context.principal.owner,
       id = context.segments[0],
       links = FileLinks(context, exchange.request()),
       wanted,
       now = unix_ms()](Repository& repository) -> Result<Whole> {
        auto changed = repository.change_conversation(owner, id, wanted, now);
        if (!changed) return changed.error();
        return whole_of(repository, *std::move(changed), links);
      },
      show);
}

}  // namespace

void list_conversations(server::Exchange& exchange, const Context& context) {
  const auto asked = asked_page(exchange, context, kListBound);
  if (!asked) return;
  answer_with_page<Conversation>(
      exchange,
      context,
      "/conversations",
      *asked,
      [owner = context.principal.owner, asked = *asked](Repository& repository) {
        return repository.conversations(
            owner, {.q = asked.q, .cursor = asked.cursor, .limit = asked.limit});
      },
      append_conversation);
}

void create_conversation(server::Exchange& exchange, const Context& context) {
  auto read = dialect::read_create(json::Padded(exchange.request().body()));
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_error_text(exchange, context, *failure);
  }
  const auto& body = std::get<dialect::ConversationBody>(read);
  Conversation conversation;
  conversation.id = make_uuid();
  conversation.owner = context.principal.owner;
  conversation.userid = context.principal.userid;
  conversation.dialect = "conversation";
  conversation.title = body.title.value_or("");
  conversation.default_model = body.default_model.value_or("");
  conversation.pinned = body.is_pinned.value_or(false);
  conversation.created_ms = conversation.updated_ms = unix_ms();
  answer_after_write<Whole>(
      exchange,
      context,
      [conversation](Repository& repository) -> Result<Whole> {
        auto created = repository.create_conversation(conversation);
        if (!created) return created.error();
        return Whole{conversation, {}};
      },
      [](const Whole& whole) {
        JsonReply reply = show(whole);
        reply.status = 201;
        reply.headers.add("location", "/conversations/" + whole.conversation.id);
        return reply;
      });
}

void show_conversation(server::Exchange& exchange, const Context& context) {
  const auto asked = asked_page(exchange, context, 0);
  if (!asked) return;
  answer_after_read<Whole>(
      exchange,
      context,
      [owner = context.principal.owner,
       id = context.segments[0],
       links = FileLinks(context, exchange.request()),
       which = request_of(*asked)](Repository& repository) -> Result<Whole> {
        auto found = repository.conversation(owner, id);
        if (!found) return found.error();
        return whole_of(repository, *std::move(found), links, which);
      },
      [asked = *asked](const Whole& whole) {
        JsonReply reply = show(whole);
        link_next(reply, "/conversations/" + whole.conversation.id, asked, whole.messages.next);
        return reply;
      });
}

void change_conversation(server::Exchange& exchange, const Context& context) {
  change(exchange, context, dialect::read_patch(json::Padded(exchange.request().body())));
}

void pin_conversation(server::Exchange& exchange, const Context& context) {
  change(exchange, context, dialect::read_pin(json::Padded(exchange.request().body())));
}

void delete_conversation(server::Exchange& exchange, const Context& context) {
  answer_after_write<std::string>(
      exchange,
      context,
      [owner = context.principal.owner, id = context.segments[0]](Repository& repository) {
        return delete_with_answer(repository, owner, id);
      },
      [context](const std::string& running) {
        stop_deleted(context, running);
        return JsonReply{.body = R"({"success":true})"};
      });
}

void stop_conversation(server::Exchange& exchange, const Context& context) {
  stop_answer(exchange, context, {.id = context.segments[0]});
}

}  // namespace patchbay::api
