// Text as every database takes it.

#pragma once

#include <string>
#include <string_view>

namespace patchbay::conversations {

// `text` in valid UTF-8 and without zero bytes; what was neither becomes U+FFFD. For what others
// said; what a client sends is refused instead.
std::string storable(std::string_view text);

// The first line of a message, cut at about 80 characters: what a conversation is called that
// nobody has named.
std::string title_of(std::string_view message);

}  // namespace patchbay::conversations
