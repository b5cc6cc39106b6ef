// Reading one page of a list.

#pragma once

#include <cstdint>
#include <utility>

#include "core/storage/page.hpp"
#include "core/storage/sql/statement.hpp"

namespace patchbay::storage::sql {

// The rows of a statement that gives one more than `limit`, which tells that there is a next page;
// `cursor_of` says where that begins, from the items of this one. 0: there is no limit.
template <typename Item, typename Row, typename CursorOf>
Page<Item> read_page(Statement& select, Row& row, std::int64_t limit, CursorOf cursor_of) {
  Page<Item> page;
  while (select.next()) {
    if (limit > 0 && static_cast<std::int64_t>(page.items.size()) == limit) {
      page.next = cursor_of(std::as_const(page.items));
      break;
    }
    page.items.push_back(row.value());
  }
  return page;
}

}  // namespace patchbay::storage::sql
