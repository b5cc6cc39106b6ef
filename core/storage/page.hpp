// Lists that are read a part at a time.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace patchbay::storage {

// Which part: at most `limit` items (0: all) behind those that were read.
struct PageRequest {
  std::string cursor = {};  // Page::next of the page before; empty: from the start
  std::int64_t limit = 0;
};

template <typename Item>
struct Page {
  std::vector<Item> items;
  std::string next;  // opaque; empty: this is the last page
};

}  // namespace patchbay::storage
