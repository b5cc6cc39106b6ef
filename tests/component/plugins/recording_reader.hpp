// Recorded chat completions, and a straightforward reading of them that shares nothing with the
// plugin: whole JSON values in memory, texts put together, no events.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {

struct Recording {
  std::string id;
  std::string endpoint;  // "chat/completions", "models", ...
  std::string request;
  OpenAiFixture answer;
};

// All recordings in `<folder>/<name>.jsonl.gz`. A body of bytes is left in base64.
std::vector<Recording> read_all_recordings(const std::string& folder, const std::string& name);

// The chat completions of status 200 among them.
std::vector<Recording> read_recordings(const std::string& folder, const std::string& name);

struct CalledTool {
  std::string id, name, arguments;
  friend bool operator==(const CalledTool&, const CalledTool&) = default;
};

struct ReadChoice {
  std::string text, reasoning, refusal, finish, native_finish;
  std::vector<CalledTool> tools;
  friend bool operator==(const ReadChoice&, const ReadChoice&) = default;
};

struct Reading {
  std::map<std::int64_t, ReadChoice> choices;
  std::int64_t input = -1, output = -1;
  friend bool operator==(const Reading&, const Reading&) = default;
};

void PrintTo(const Reading& reading, std::ostream* out);  // NOLINT: GoogleTest names it

// What the recording says; no choices where it is no answer (a deleted completion, a list).
Reading read_answer(const OpenAiFixture& answer);

// What a transcript of events says.
Reading read_events(const std::string& transcript);

}  // namespace patchbay::testing
