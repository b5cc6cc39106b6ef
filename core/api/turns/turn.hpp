// Joins one exchange, one call and one conversation: what the chat routes answer with whose answers
// are stored.
//
//   the user's message is committed -> the provider is asked -> the client reads the answer as it
//   comes, and so does whoever reads the stream again -> the whole answer is committed -> the
//   client is told the end
//
// A turn outlives its client: an answer that is stored goes on for a while without a reader
// (ChatRules::resume_grace), so that it can be read on. It ends early when it is stopped
// (streams::Hub::stop), or when nobody has come back.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/api/call_responder.hpp"
#include "core/api/tools/server_tool.hpp"
#include "core/conversations/opening.hpp"

namespace patchbay::api {

struct TurnPlan {
  using Opened = conversations::Opened;

  conversations::Opening opening;

  // Looks at the message before it is stored, on a thread that may take its time. A failure is what
  // the client is told; the message is stored all the same, and nobody is asked.
  std::function<std::optional<chat::Failure>()> examine = {};

  // What the client brings from before its conversation is stored, asked for where there is nothing
  // in it yet; on a thread that may take its time. Null: nothing.
  std::function<conversations::Earlier()> earlier = {};

  // The model is given what was said before: it is read from the store.
  bool wants_history = true;

  // Puts pictures that are stored here into what the client said itself, on a thread that may take
  // its time, and before `request` is called. Null: there are none.
  std::function<Status(storage::Repository&)> put_back = {};

  // Makes the history fit, on a thread that may take its time. A failure is what the client is
  // told.
  std::function<std::optional<chat::Failure>(Opened&)> prepare = {};

  // Who is asked, and what.
  std::function<std::variant<routing::Route, chat::Failure>(const Opened&)> route;
  std::function<relay::CallRequest(const Opened&, const routing::Route&)> request;

  // The tools of this server that the model is offered.
  ToolSet tools = {};

  // The same once the model has called tools that are run here, with their results: messages to put
  // behind the others, each with a comma before it. Null: no such tools were offered.
  std::function<relay::CallRequest(const Opened&, std::string_view further)> request_further = {};

  std::function<std::unique_ptr<chat::Encoder>(const Opened&)> make_encoder;
  std::string protocol;  // streams::Description::protocol
  bool lines = false;    // the protocol's frames are lines
  // The client's events carry their number, so that an EventSource goes on from there by itself.
  bool numbered = false;
  http::HeaderList headers = {};
  // The protocol has a place for an image's bytes; else the client gets the URL of a file of ours.
  bool shows_bytes = false;

  // How the route says that it failed before anything was answered.
  Refuse refuse;
  bool failures_in_stream = false;  // a provider's failures are part of a stream all the same
  bool refusals_in_stream = false;  // and so is what is wrong with the conversation
  bool forget_unsaid = false;       // of an answer that never said anything nothing is stored
};

// Answers `exchange`. The exchange must not be touched by the caller afterwards. Without storage,
// a 503.
void answer_by_turn(server::Exchange& exchange, const Context& context, TurnPlan plan);

// An error of the storage as the client is told it.
chat::Failure storage_failure(const Error& error);

}  // namespace patchbay::api
