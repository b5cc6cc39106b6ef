// "did you mean": the nearest of the words that would have been right.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

// The candidate nearest to `word` by edits (insert, delete, replace, swap of neighbours), or ""
// when none is near enough: at most two edits, and at most a third of the word.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// " - did you mean \"model\"?" or "" when nothing is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace patchbay
