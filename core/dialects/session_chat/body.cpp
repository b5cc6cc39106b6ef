#include "core/dialects/session_chat/body.hpp"

#include <array>

#include "core/dialects/body_fields.hpp"

namespace patchbay::dialects::session_chat {
namespace {

MaybeFailure take_session(std::string_view body, const json::Wanted& wanted, SessionBody& read) {
  if (auto failure = require_words(body, wanted, read.session_id)) return failure;
  if (!is_client_key(read.session_id)) {
    return wrong_value("session_id", kWrongClientKey);
  }
  return std::nullopt;
}

std::variant<SessionBody, chat::Failure> result(MaybeFailure failure, SessionBody read) {
  if (failure) return unprocessable(std::move(*failure));
  return read;
}

}  // namespace

std::variant<SessionBody, chat::Failure> read_chat(json::Padded body) {
  std::array<json::Wanted, 2> wanted{{{.path = "message"}, {.path = "session_id"}}};
  SessionBody read;
  auto failure = scan_body(body, wanted);
  if (!failure) failure = require_words(body.text(), wanted[0], read.message);
  if (!failure) failure = take_session(body.text(), wanted[1], read);
  return result(std::move(failure), std::move(read));
}

std::variant<SessionBody, chat::Failure> read_edit(json::Padded body) {
  std::array<json::Wanted, 3> wanted{
      {{.path = "edited_message"}, {.path = "message"}, {.path = "session_id"}}};
  SessionBody read;
  auto failure = scan_body(body, wanted);
  const bool by_alias = !wanted[0].found && wanted[1].found;
  if (!failure) failure = require_words(body.text(), wanted[by_alias ? 1 : 0], read.message);
  if (!failure) failure = take_session(body.text(), wanted[2], read);
  return result(std::move(failure), std::move(read));
}

std::variant<SessionBody, chat::Failure> read_retry(json::Padded body) {
  std::array<json::Wanted, 2> wanted{{{.path = "message"}, {.path = "session_id"}}};
  SessionBody read;
  std::string unused;
  auto failure = scan_body(body, wanted);
  if (!failure) failure = take_text(body.text(), wanted[0], unused);
  if (!failure) failure = take_session(body.text(), wanted[1], read);
  return result(std::move(failure), std::move(read));
}

}  // namespace patchbay::dialects::session_chat
