#include "core/dialects/thread_chat/body.hpp"

#include <array>

#include "core/dialects/body_fields.hpp"

namespace patchbay::dialects::thread_chat {

std::string with_prefix(std::string_view id) {
  std::string out;
  if (!id.starts_with(kResponsePrefix)) out = kResponsePrefix;
  return out.append(id);
}

std::string without_prefix(std::string_view id) {
  const bool more = id.size() > kResponsePrefix.size();
  if (more && id.starts_with(kResponsePrefix)) id.remove_prefix(kResponsePrefix.size());
  return std::string(id);
}

std::variant<ThreadBody, chat::Failure> read_body(json::Padded body) {
  std::array<json::Wanted, 2> wanted{{{.path = "message"}, {.path = "previous_response_id"}}};
  const auto& [message, previous] = wanted;
  ThreadBody read;
  auto failure = scan_body(body, wanted);
  if (!failure) failure = require_words(body.text(), message, read.message);
  if (!failure) failure = take_text(body.text(), previous, read.previous_response_id);
  if (!failure && !read.previous_response_id.empty()) {
    read.previous_response_id = without_prefix(read.previous_response_id);
    if (!is_client_key(read.previous_response_id)) {
      failure = wrong_value("previous_response_id", "expected the id of a response");
    }
  }
  if (failure) return unprocessable(std::move(*failure));
  return read;
}

}  // namespace patchbay::dialects::thread_chat
