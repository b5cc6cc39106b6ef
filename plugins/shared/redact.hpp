// Secrets out of what is shown: some upstreams repeat a key in their error message.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace patchbay::plugins {

// Puts *** in the place of each secret in `text`. A secret of less than 8 characters is a
// placeholder and part of words: it stays.
void redact(std::string& text, std::string_view secret);
void redact(std::string& text, std::span<const std::string> secrets);

}  // namespace patchbay::plugins
