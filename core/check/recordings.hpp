// A folder of recorded exchanges, one folder each:
//
//   request.json             what the client asked for; also request.txt, or nothing
//   head                     the answer's status on the first line, then its headers
//   response.txt or .json    its body; with response2.* and head2 that of the next request, ...
//   events.txt               the events, and how it ended; without it nothing is compared
//   call                     lines `mode: image`, `dialect: name/1`, `flags: stream same_dialect
//                            want_usage`, `model: name`, `path: /x`; all have defaults
//
// Without `call` it is a chat in openai.chat/1, streamed if the request says so, told in events.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/check/samples.hpp"

namespace patchbay::check {

struct Recordings {
  std::vector<Recording> recordings;    // by name
  std::vector<std::string> unreadable;  // "name: why"
};

// Folders without a `head` are none of this, and left out.
Recordings read_recordings(const std::filesystem::path& folder);

}  // namespace patchbay::check
