// One recorded exchange, read from its line; docs/providers/replay.md has the format.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/replay/request_key.hpp"
#include "plugins/shared/openai_operation.hpp"

namespace patchbay::plugins::replay {

struct Recording {
  OpenAiOperation operation = OpenAiOperation::kRaw;  // kRaw: of none that is spoken here
  std::string family;  // of kRaw: whose format it is, and what was asked: "vendor (messages)"
  std::string model;
  bool stream = false;  // the answer is a stream of events
  RequestKey key;

  int status = 0;
  std::string content_type;
  std::string retry_after, retry_after_ms;  // headers
  std::string body;

  std::int64_t first_byte_ms = 0;  // 0 where the recording does not say
  std::int64_t took_ms = 0;
};

// Why a line is no recording that can answer a request.
enum class ReadFailure {
  kNone,
  kBroken,      // it is not JSON in the format
  kUnanswered,  // the exchange has no answer, or not all of it
};

ReadFailure read_recording(std::string_view line, Recording& out);

}  // namespace patchbay::plugins::replay
