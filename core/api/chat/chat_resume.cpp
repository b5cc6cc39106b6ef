#include "core/api/chat/chat_resume.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/api/chat/stream_reader.hpp"
#include "core/api/storage_reply.hpp"
#include "core/api/turns/streaming_version.hpp"
#include "core/base/uuid.hpp"
#include "core/dialects/data_stream/encoder.hpp"
#include "core/http/target.hpp"

namespace patchbay::api {
namespace {

using storage::Repository;
using FindVersion = storage::Asker::Job<std::string>;

// What is said where nothing is being written.
using Nothing = void (*)(server::Exchange&, const Context&);

void reply_nothing(server::Exchange& exchange, const Context& context) {
  record_request(exchange.request(), context, {.status = 204});
  exchange.respond(204, common_headers(context, exchange.request()), {});
}

// The client that asks by `chatId` takes an answer without a body for a failure, and a stream
// without parts for what it is.
void reply_empty_stream(server::Exchange& exchange, const Context& context) {
  namespace data_stream = dialects::data_stream;
  record_request(exchange.request(), context, {.status = 200});
  http::HeaderList headers = common_headers(context, exchange.request());
  headers.set("content-type", data_stream::Encoder(data_stream::Encoder::Options{}).content_type());
  headers.set(data_stream::kHeader, data_stream::kHeaderValue);
  exchange.respond(200, headers, {});
}

// Answers with the stream of the version that the store finds, after its frame number `after`.
void read_found(server::Exchange& exchange,
                const Context& context,
                FindVersion find,
                std::uint64_t after,
                Nothing nothing = reply_nothing) {
  StorageResponder* const responder = StorageResponder::attach(exchange, context);
  if (responder == nullptr) return;
  const auto waiting = std::make_shared<int>(0);
  responder->keep(waiting);
  responder->asker().read<std::string>(
      std::move(find),
      [&exchange, context, responder, after, nothing, alive = std::weak_ptr<void>(waiting)](
          Result<std::string> version) {
        if (!version && version.error().code != ErrorCode::kNotFound) {
          return responder->refuse(storage_failure(version.error()));
        }
        if (!version || version->empty()) return nothing(exchange, context);
        context.snapshot->services.streams->find(
            context.workplace->worker,
            context.principal.owner,
            *version,
            alive,
            [&exchange, context, after, nothing](std::optional<streams::Description> found) {
              if (!found) return nothing(exchange, context);
              answer_from_stream(exchange, context, *found, after);
            });
      });
}

// A client's chat id may look like one of our ids, and the other way round.
FindVersion streaming_in_chat(const std::string& owner, const std::string& id) {
  return [owner, id](Repository& repository) -> Result<std::string> {
    if (is_uuid(id)) {
      auto found = streaming_version(repository, owner, {.id = id});
      if (found || found.error().code != ErrorCode::kNotFound) return found;
    }
    return streaming_version(repository, owner, {.dialect = kChatDialect, .external_key = id});
  };
}

}  // namespace

void resume_chat(server::Exchange& exchange, const Context& context) {
  read_found(exchange, context, streaming_in_chat(context.principal.owner, context.segments[0]), 0);
}

void resume_chat_by_query(server::Exchange& exchange, const Context& context) {
  std::string id;
  if (const auto target = http::parse_target(exchange.request().target)) {
    const auto query = http::parse_query(target->query);
    if (query) id = http::find_parameter(*query, "chatId").value_or("");
  }
  if (id.empty()) {
    return reply_error_text(
        exchange,
        context,
        chat::bad_request("chatId: is missing; it names the chat to read on", "chatId"));
  }
  const std::string& owner = context.principal.owner;
  read_found(exchange, context, streaming_in_chat(owner, id), 0, reply_empty_stream);
}

void read_answer_on(server::Exchange& exchange, const Context& context, NamedConversation which) {
  const http::HeaderList& headers = exchange.request().headers;
  auto after = last_event_number(headers);
  if (const auto* failure = std::get_if<chat::Failure>(&after)) {
    return reply_error_text(exchange, context, *failure);
  }
  // The events of the first answer name it; by then there may be a newer one.
  const std::string_view last = headers.find("last-event-id").value_or("");
  const std::string named(last.substr(0, std::min(last.find(':'), last.size())));
  read_found(
      exchange,
      context,
      [owner = context.principal.owner, which, named](
          Repository& repository) -> Result<std::string> {
        auto found = repository.conversation(owner, which.id);
        if (!found) return found.error();
        if (is_uuid(named)) return named;
        const auto latest = repository.last_message(found->id);
        if (!latest) return latest.error();
        const bool answered = *latest && (*latest)->role == storage::Role::kAssistant;
        return answered ? (*latest)->version.id : std::string();
      },
      std::get<std::uint64_t>(after));
}

}  // namespace patchbay::api
