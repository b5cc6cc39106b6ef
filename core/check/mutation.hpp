// Damages a text as networks, proxies and hurried upstreams do, and as nobody does.

#pragma once

#include <random>
#include <string>

namespace patchbay::check {

// One to four changes: bytes flipped, cut out, doubled, cut off; and pieces of JSON put elsewhere.
// The same random numbers give the same text.
std::string mutate(std::string text, std::mt19937_64& random);

}  // namespace patchbay::check
