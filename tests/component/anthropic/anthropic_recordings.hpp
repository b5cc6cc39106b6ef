// Recorded messages of the vendor, and a straightforward reading of them that shares nothing with
// the plugin: whole JSON values in memory.

#pragma once

#include <string>
#include <vector>

#include "core/json/value.hpp"
#include "tests/component/plugins/recording_reader.hpp"

namespace patchbay::testing {

struct RecordedMessage {
  std::string id;
  std::string model;
  OpenAiFixture answer;
};

// The recorded answers of status 200 to v1/messages.
std::vector<RecordedMessage> read_messages(const std::string& folder);

// An OpenAI-shaped chat request of somebody.
struct RecordedRequest {
  std::string id;
  std::string body;
};
std::vector<RecordedRequest> read_chat_requests(const std::string& folder, const std::string& name);

// What a recorded message says: texts, reasoning, calls, finish and usage.
Reading read_message(const OpenAiFixture& answer);

// The blocks of the message that a client of the vendor's own API would send back with the next
// request, each as JSON: thinking with its signature, redacted thinking, and calls.
std::vector<std::string> blocks_to_return(const OpenAiFixture& answer);

// The same blocks out of a request's assistant message.
std::vector<std::string> returned_blocks(const json::Value& message);

}  // namespace patchbay::testing
