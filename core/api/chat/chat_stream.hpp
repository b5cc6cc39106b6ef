// The streams in which POST /chat answers: which one a client wants, and who writes it.

#pragma once

#include <memory>
#include <string>
#include <variant>

#include "core/api/reply.hpp"
#include "core/chat/encoder.hpp"
#include "core/dialects/chat_route/stream_protocol.hpp"

namespace patchbay::api {

using dialects::chat_route::StreamChoice;
using dialects::chat_route::StreamProtocol;

// By the query, the header Accept, the kind of client, and the setting chat.ui_stream.
std::variant<StreamChoice, chat::Failure> choose_chat_stream(const server::Request& request,
                                                             const Context& context,
                                                             bool ui_client);

// What an answer shows of itself beside what the model says.
struct ShownAnswer {
  std::string message_id;
  std::string model;
  bool alias = false;
  bool include_usage = false;
  bool image = false;
  std::string new_conversation = {};  // its id, where the client must be told of it
};

std::unique_ptr<chat::Encoder> make_chat_encoder(StreamChoice stream, const ShownAnswer& shown);

// By which clients know the protocol.
http::HeaderList headers_of(StreamProtocol protocol);

// As streams::Description::protocol has it.
std::string name_of(StreamProtocol protocol);

}  // namespace patchbay::api
