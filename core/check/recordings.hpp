// A folder of recorded exchanges: every folder in it, at any depth, that holds a `head`.
//
//   call                     a line `MODE DIALECT`, with the words same, stream and want_usage
//   where
//                            the host would set those flags; then, if there, a line with the
//                            model's upstream name. Without this file: `chat openai.chat/1`
//   request.json             what the client asked for; without it, the least that the mode allows
//   head                     the answer's status on the first line, then its headers
//   response.txt or .json    its body. head2 and response2 are those of the next request, ...
//   events.txt               the events, and how it ended; without it nothing is compared
//
// A request that says `"stream": true` is streamed without further words.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/check/samples.hpp"

namespace patchbay::check {

struct Recordings {
  std::vector<Recording> recordings;    // by name, which is the path in the folder
  std::vector<std::string> unreadable;  // "name: why"
};

Recordings read_recordings(const std::filesystem::path& folder);

}  // namespace patchbay::check
