// Stored messages as a model is given them: the messages of an openai.chat/1 request.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/storage/records.hpp"
#include "core/tokens/counter.hpp"

namespace patchbay::conversations {

using Path = std::vector<storage::Message>;

// Keeps the last `turns` turns before the last message; a turn is a user's message and what follows
// it up to the next. Negative: all.
void keep_turns(Path& path, std::int64_t turns);

// Takes messages away from the oldest on until all texts together have at most `max_tokens`; the
// last one always stays. What then begins with a reply loses that too: many models refuse a history
// that does not begin with a user. Counting takes time: not on a worker.
void keep_tokens(Path& path, std::int64_t max_tokens, tokens::Encoding encoding);

// The array. `system` comes first where it is not empty. Answers that never said anything are left
// out, and so are calls of tools, whose results only their own turn needs.
std::string write_messages(const Path& path, const std::string& system);

}  // namespace patchbay::conversations
