#include "core/api/chat/chat.hpp"

#include <memory>
#include <utility>

#include "core/api/chat/chat_call.hpp"
#include "core/api/chat/chat_files.hpp"
#include "core/api/chat/chat_stream.hpp"
#include "core/api/chat/prompt_chat.hpp"
#include "core/api/chat/session_chat.hpp"
#include "core/api/chat/stop_answer.hpp"
#include "core/api/files/file_links.hpp"
#include "core/api/tools/search_files_tool.hpp"
#include "core/api/turns/turn.hpp"
#include "core/base/uuid.hpp"
#include "core/conversations/client_history.hpp"
#include "core/conversations/pictures.hpp"
#include "core/dialects/chat_kind.hpp"
#include "core/dialects/chat_route/body.hpp"
#include "core/dialects/openai_chat/chat_request.hpp"
#include "core/dialects/openai_images/encoder.hpp"
#include "core/http/target.hpp"

namespace patchbay::api {
namespace {

using conversations::ClientHistory;
using conversations::Opened;
using dialects::chat_route::ChatBody;

// What a request asks for, of whom, and how it is to be answered.
struct Asking {
  ChatBody body;
  StreamChoice stream;
  routing::Route route;
  ShownAnswer shown;
};

relay::CallRequest call_of(const ChatBody& body,
                           std::string_view model,
                           const ClientRequest& client,
                           std::string_view further = {},
                           std::string_view tools = {}) {
  relay::CallRequest request;
  request.mode = body.image ? PBAY_MODE_IMAGE : PBAY_MODE_CHAT;
  request.dialect =
      body.image ? dialects::openai_images::kGenerations : dialects::openai_chat::kDialect;
  request.stream = !body.image;
  auto written = dialects::chat_route::write_provider_body(body, model, further, tools);
  request.padded_body = std::move(written.padded);
  request.model_value = written.model_value;
  take_client(request, client);
  return request;
}

// Without storage: an answer, and nothing is left of it.
void answer_only(server::Exchange& exchange, const Context& context, Asking asking) {
  CallPlan plan;
  plan.request =
      call_of(asking.body, asking.shown.model, ClientRequest(exchange.request(), context));
  plan.route = std::move(asking.route);
  exchange.request().padded_body = {};  // an answer lasts long, and its request is elsewhere now
  plan.headers = headers_of(asking.stream.protocol);
  plan.refuse = reply_error_text;
  asking.shown.message_id = make_uuid();
  plan.make_encoder = [stream = asking.stream, shown = std::move(asking.shown)] {
    return make_chat_encoder(stream, shown);
  };
  answer_by_call(exchange, context, std::move(plan));
}

// Which conversation it is: by our id, by the client's own, or a new one.
void name_conversation(conversations::Opening& opening, const ChatBody& body) {
  opening.dialect = kChatDialect;
  if (is_uuid(body.conversation_id)) {
    opening.conversation_id = body.conversation_id;
    opening.create = false;
  } else {
    opening.external_key = body.conversation_id.empty() ? body.chat_id : body.conversation_id;
  }
}

// What goes to the model. The client's own history is taken as it is; to a lone message of a
// conversation that is stored here belongs what was said before.
ChatBody with_history(ChatBody body, const ClientHistory& history, const Opened& opened) {
  if (body.image || !history.lone || opened.path.size() < 2) return body;
  const conversations::Path before(opened.path.begin(), opened.path.end() - 1);
  body.messages =
      conversations::with_stored(body.messages, conversations::write_messages(before, {}));
  return body;
}

bool offers_tools(const ChatBody& body, StreamChoice stream) {
  return !body.image && stream.protocol != StreamProtocol::kChatChunks;
}

// The tools of this server that a model is offered beside the client's. A client that has one of
// the same name means its own; in chat chunks there is no place for what was run here.
ToolSet offered_tools(const Context& context,
                      const ChatBody& body,
                      StreamChoice stream,
                      const FilesFound& files) {
  if (!offers_tools(body, stream)) return {};
  ToolSet offered;
  for (const auto& tool : context.snapshot->tools) {
    if (tool->name() == kSearchFiles && !files.any) continue;
    if (body.fields.find('"' + tool->name() + '"') == std::string::npos) offered.push_back(tool);
  }
  return offered;
}

// What the client brings from before this request.
conversations::Earlier earlier_in(const ChatBody& body, bool whole) {
  auto earlier = conversations::read_earlier(json::View(body.messages), whole);
  for (conversations::EarlierMessage& message : earlier) {
    message.said.content = without_signatures(std::move(message.said.content));
    message.said.parts = without_signatures(std::move(message.said.parts));
  }
  return earlier;
}

TurnPlan stored_plan(server::Exchange& exchange,
                     const Context& context,
                     Asking asking,
                     FilesFound files) {
  using Kind = conversations::Opening::Kind;
  ChatBody& body = asking.body;
  const StreamChoice stream = asking.stream;
  const ShownAnswer& shown = asking.shown;
  ClientHistory history = conversations::read_client_history(json::View(body.messages));
  TurnPlan plan;
  plan.tools = offered_tools(context, body, stream, files);
  name_conversation(plan.opening, body);
  plan.opening.kind = history.ends_with_user ? Kind::kSend : Kind::kAnswer;
  plan.opening.user_texts = history.user_texts;
  plan.opening.edits = body.edits;
  plan.wants_history = history.lone && !body.image;
  plan.opening.text = std::move(history.last);
  plan.opening.text.model = body.model;
  plan.opening.reply_provider = asking.route.targets.front().provider;
  plan.opening.reply_model = asking.route.targets.front().upstream_model;
  plan.route = [route = std::move(asking.route)](const Opened&) { return route; };
  plan.make_encoder = [stream, shown](const Opened& opened) {
    ShownAnswer now = shown;
    now.message_id = opened.reply_id.empty() ? make_uuid() : opened.reply_id;
    if (opened.created) now.new_conversation = opened.conversation.id;
    return make_chat_encoder(stream, now);
  };
  // Written by put_back, which begins after `earlier` and ends before anybody else reads it.
  const auto said = std::make_shared<ChatBody>(std::move(body));
  if (!history.lone) {
    plan.earlier = [said, whole = !history.ends_with_user] { return earlier_in(*said, whole); };
  }
  if (said->messages.find("/files/") != std::string::npos) {
    plan.put_back = [said,
                     owner = context.principal.owner](storage::Repository& repository) -> Status {
      auto messages = conversations::put_back(repository, owner, said->messages);
      if (!messages) return messages.error();
      said->messages = *std::move(messages);
      return ok();
    };
  }
  const auto ask = [words = ClientRequest(exchange.request(), context),
                    history = std::move(history),
                    model = shown.model,
                    tools = tool_definitions(plan.tools),
                    files = std::move(files.context),
                    said](const Opened& opened, std::string_view further) {
    ChatBody asked = with_history(*said, history, opened);
    if (!files.empty()) asked.messages = conversations::with_context(asked.messages, files);
    return call_of(asked, model, words, further, tools);
  };
  plan.request = [ask](const Opened& opened, const routing::Route&) { return ask(opened, {}); };
  if (!plan.tools.empty()) plan.request_further = ask;
  plan.protocol = name_of(stream.protocol);
  plan.lines = stream.protocol == StreamProtocol::kDataStream ||
               stream.protocol == StreamProtocol::kJsonLines;
  plan.headers = headers_of(stream.protocol);
  plan.shows_bytes = stream.protocol == StreamProtocol::kDataStream && !shown.image;
  plan.refuse = reply_error_text;
  return plan;
}

}  // namespace

void post_chat(server::Exchange& exchange, const Context& context) {
  const server::Request& client = exchange.request();
  const auto target = http::parse_target(client.target);
  const auto kind =
      dialects::tell_chat_kind(json::Padded(client.body()),
                               {.session_header = client.headers.find("session-id").has_value(),
                                .slash = target && target->path.ends_with('/')});
  if (const auto* failure = std::get_if<chat::Failure>(&kind)) {
    return reply_error_text(exchange, context, *failure);
  }
  switch (std::get<dialects::ChatKind>(kind)) {
    case dialects::ChatKind::kMessages:
      return unified_chat(exchange, context);
    case dialects::ChatKind::kPrompt:
      return prompt_chat(exchange, context);
    case dialects::ChatKind::kMessage:
      return session_send(exchange, context);
  }
}

void unified_chat(server::Exchange& exchange, const Context& context) {
  const server::Request& client = exchange.request();
  auto read = dialects::chat_route::read_body(json::Padded(client.body()));
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_error_text(exchange, context, *failure);
  }
  auto& body = std::get<ChatBody>(read);
  body.messages = without_signatures(std::move(body.messages));
  auto chosen = choose_chat_stream(client, context, body.ui_client);
  if (const auto* failure = std::get_if<chat::Failure>(&chosen)) {
    return reply_error_text(exchange, context, *failure);
  }
  auto resolved = resolve_chat(context.snapshot->routes,
                               body.provider,
                               body.model,
                               body.image ? PBAY_MODE_IMAGE : PBAY_MODE_CHAT);
  if (const auto* failure = std::get_if<chat::Failure>(&resolved)) {
    return reply_error_text(exchange, context, *failure);
  }
  auto& route = std::get<routing::Route>(resolved);
  const bool alias = route.alias && !body.model.empty();
  const ShownAnswer shown{.message_id = {},
                          .model = alias ? body.model : route.targets.front().upstream_model,
                          .alias = alias,
                          .include_usage = body.include_usage,
                          .image = body.image};
  Asking asking{std::move(body), std::get<StreamChoice>(chosen), std::move(route), shown};
  if (context.snapshot->services.store == nullptr && !asking.body.wants_files) {
    return answer_only(exchange, context, std::move(asking));
  }
  FilesWish wish;
  wish.offers_search = offers_tools(asking.body, asking.stream) &&
                       find_tool(context.snapshot->tools, kSearchFiles) != nullptr;
  wish.wanted = asking.body.wants_files;
  wish.files = asking.body.files;
  wish.question = asking.body.prompt;
  find_files(
      exchange,
      context,
      std::move(wish),
      [context, asking = std::move(asking)](server::Exchange& waiting, FilesFound files) {
        TurnPlan plan = stored_plan(waiting, context, asking, std::move(files));
        waiting.request().padded_body = {};  // an answer lasts long; its request is elsewhere
        answer_by_turn(waiting, context, std::move(plan));
      });
}

}  // namespace patchbay::api
