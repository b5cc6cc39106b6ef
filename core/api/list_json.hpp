// Lists as JSON.

#pragma once

#include <string>
#include <utility>

namespace patchbay::api {

// An array of what `append(out, item)` writes for each item.
template <typename Items, typename Append>
void append_list(std::string& out, const Items& items, Append append) {
  out += '[';
  bool first = true;
  for (const auto& item : items) {
    if (!std::exchange(first, false)) out += ',';
    append(out, item);
  }
  out += ']';
}

}  // namespace patchbay::api
