#include "core/api/conversations.hpp"

#include <utility>

#include "core/api/conversation_json.hpp"
#include "core/api/file_links.hpp"
#include "core/api/paging.hpp"
#include "core/api/stop_answer.hpp"
#include "core/api/storage_reply.hpp"
#include "core/base/clock.hpp"
#include "core/base/uuid.hpp"
#include "core/dialects/conversation_api/body.hpp"

namespace patchbay::api {
namespace {

namespace dialect = dialects::conversation_api;
using storage::Conversation;
using storage::ConversationPage;
using storage::ConversationQuery;
using storage::Repository;

constexpr std::int64_t kPage = 50;

struct Whole {
  Conversation conversation;
  std::vector<storage::Message> messages;
};

Result<Whole> whole_of(Repository& repository, Conversation conversation, const FileLinks& links) {
  auto messages = repository.active_path(conversation.id);
  if (!messages) return messages.error();
  if (auto learned = links.learn(repository); !learned) return learned.error();
  for (storage::Message& message : *messages)
    links.show(message.version);
  return Whole{std::move(conversation), *std::move(messages)};
}

JsonReply show(const Whole& whole) {
  JsonReply reply;
  append_conversation(reply.body, whole.conversation, whole.messages);
  return reply;
}

std::variant<ConversationQuery, chat::Failure> read_query(const server::Request& request) {
  auto asked = read_page_query(request, kPage);
  if (auto* failure = std::get_if<chat::Failure>(&asked)) return std::move(*failure);
  auto& page = std::get<PageQuery>(asked);
  return ConversationQuery{
      .q = std::move(page.q), .cursor = std::move(page.cursor), .limit = page.limit};
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
  auto read = read_query(exchange.request());
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_error_text(exchange, context, *failure);
  }
  const auto query = std::get<ConversationQuery>(read);
  answer_after_read<ConversationPage>(
      exchange,
      context,
      [owner = context.principal.owner, query](Repository& repository) {
        return repository.conversations(owner, query);
      },
      [query](const ConversationPage& page) {
        JsonReply reply;
        reply.body = "[";
        for (const Conversation& conversation : page.conversations) {
          if (reply.body.size() > 1) reply.body += ',';
          append_conversation(reply.body, conversation);
        }
        reply.body += ']';
        if (!page.next.empty()) {
          reply.headers.add("link", next_link("/conversations", {query.q, page.next, query.limit}));
        }
        return reply;
      });
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
  answer_after_read<Whole>(
      exchange,
      context,
      [owner = context.principal.owner,
       id = context.segments[0],
       links = FileLinks(context, exchange.request())](Repository& repository) -> Result<Whole> {
        auto found = repository.conversation(owner, id);
        if (!found) return found.error();
        return whole_of(repository, *std::move(found), links);
      },
      show);
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
