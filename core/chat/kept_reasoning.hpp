// What the host remembers of an assistant's message that called tools, because clients drop it and
// vendors demand it back: the proofs of its reasoning, in the form in which a chat request carries
// them.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace patchbay::chat {

struct KeptReasoning {
  struct Call {
    std::string id;
    std::string name;
    std::string extra_content;  // JSON object, the call's own proof in it; or empty
  };

  std::string provider;  // whose answer it was, by its name in the configuration
  std::string details;   // JSON array, the value of reasoning_details; or empty
  std::vector<Call> calls;

  // About what it costs to remember.
  [[nodiscard]] std::size_t bytes() const {
    std::size_t size = sizeof(*this) + provider.size() + details.size();
    for (const Call& call : calls)
      size += 2 * sizeof(Call) + 2 * call.id.size() + call.name.size() + call.extra_content.size();
    return size;
  }
};

}  // namespace patchbay::chat
