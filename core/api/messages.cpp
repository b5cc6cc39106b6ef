#include "core/api/messages.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/api/conversation_json.hpp"
#include "core/api/file_links.hpp"
#include "core/api/paging.hpp"
#include "core/api/storage_reply.hpp"
#include "core/conversations/client_history.hpp"
#include "core/dialects/conversation_api/body.hpp"

namespace patchbay::api {
namespace {

namespace dialect = dialects::conversation_api;
using conversations::UserText;
using storage::Message;
using storage::Repository;
using storage::Version;

using Messages = std::vector<Message>;

JsonReply show(const Messages& messages) {
  JsonReply reply;
  reply.body = "[";
  for (const Message& message : messages) {
    if (reply.body.size() > 1) reply.body += ',';
    append_message(reply.body, message);
  }
  reply.body += ']';
  return reply;
}

// A page's cursor is the message it begins behind.
bool is_cursor_of(const Messages& all, const PageQuery& page) {
  return page.cursor.empty() ||
         std::any_of(all.begin(), all.end(), [&](const Message& m) { return m.id == page.cursor; });
}

// The messages behind the one that is the page's cursor, and the cursor of the page behind them.
std::string take_page(const Messages& all, const PageQuery& page, Messages& shown) {
  auto at = all.begin();
  while (!page.cursor.empty() && at != all.end() && at->id != page.cursor)
    ++at;
  if (!page.cursor.empty() && at != all.end()) ++at;
  for (; at != all.end(); ++at) {
    if (page.limit > 0 && static_cast<std::int64_t>(shown.size()) == page.limit) {
      return shown.back().id;
    }
    shown.push_back(*at);
  }
  return {};
}

// The active path, as its owner is shown it.
Result<Messages> shown_path(Repository& repository,
                            const std::string& conversation,
                            const FileLinks& links) {
  if (auto learned = links.learn(repository); !learned) return learned.error();
  auto path = repository.active_path(conversation);
  if (!path) return path;
  for (Message& message : *path)
    links.show(message.version);
  return path;
}

// A message and all that has stood in its place.
struct Versions {
  Message message;
  std::vector<Version> all;
};

// Only what is on the active path can be seen, and so only that can be changed.
Result<Message> find_message(Repository& repository,
                             const std::string& owner,
                             const std::string& conversation,
                             const std::string& id) {
  auto found = repository.conversation(owner, conversation);
  if (!found) return found.error();
  auto path = repository.active_path(conversation);
  if (!path) return path.error();
  for (Message& message : *path) {
    if (message.id == id) return std::move(message);
  }
  return make_error(ErrorCode::kNotFound, "There is no such message in this conversation");
}

bool is_being_answered(Repository& repository, const std::string& conversation) {
  const auto path = repository.active_path(conversation, storage::PathDetail::kOutline);
  return path && !path->empty() &&
         path->back().version.status == storage::VersionStatus::kStreaming;
}

Result<Versions> versions_of(Repository& repository,
                             const std::string& owner,
                             const std::string& conversation,
                             const std::string& id,
                             const FileLinks& links) {
  auto found = find_message(repository, owner, conversation, id);
  if (!found) return found.error();
  auto all = repository.versions(id);
  if (!all) return all.error();
  if (auto learned = links.learn(repository); !learned) return learned.error();
  for (Version& version : *all)
    links.show(version);
  return Versions{*std::move(found), *std::move(all)};
}

JsonReply show_versions(const Versions& versions) {
  JsonReply reply;
  reply.body = "[";
  for (const Version& version : versions.all) {
    if (reply.body.size() > 1) reply.body += ',';
    Message shown = versions.message;
    shown.versions = static_cast<std::int64_t>(versions.all.size());
    shown.version = version;
    append_message(reply.body, shown);
  }
  reply.body += ']';
  return reply;
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
  auto asked = read_page_query(exchange.request(), 0);
  if (const auto* failure = std::get_if<chat::Failure>(&asked)) {
    return reply_error_text(exchange, context, *failure);
  }
  const PageQuery& page = std::get<PageQuery>(asked);
  answer_after_read<Messages>(
      exchange,
      context,
      [owner = context.principal.owner,
       id = context.segments[0],
       links = FileLinks(context, exchange.request()),
       page](Repository& repository) -> Result<Messages> {
        auto found = repository.conversation(owner, id);
        if (!found) return found.error();
        auto path = shown_path(repository, found->id, links);
        if (path && !is_cursor_of(*path, page)) {
          return make_error(ErrorCode::kInvalid, "cursor: is not one of ours");
        }
        return path;
      },
      [page, id = context.segments[0]](const Messages& all) {
        Messages shown;
        const std::string next = take_page(all, page, shown);
        JsonReply reply = show(shown);
        if (!next.empty()) {
          reply.headers.add("link",
                            next_link("/conversations/" + id + "/messages",
                                      {.cursor = next, .limit = page.limit}));
        }
        return reply;
      });
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
  answer_after_read<Versions>(
      exchange,
      context,
      [owner = context.principal.owner,
       conversation = context.segments[0],
       message = context.segments[1],
       links = FileLinks(context, exchange.request())](Repository& repository) {
        return versions_of(repository, owner, conversation, message, links);
      },
      show_versions);
}

void activate_version(server::Exchange& exchange, const Context& context) {
  const auto number = number_of(context.segments[2]);
  if (!number) {
    return reply_error_text(
        exchange, context, chat::bad_request("version: expected a number from 1 on", "version"));
  }
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
        return shown_path(repository, conversation, links);
      },
      show);
}

}  // namespace patchbay::api
