// What a store is made with.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/database_url.hpp"
#include "core/storage/sql/migrations.hpp"
#include "core/storage/sql/write_queue.hpp"

namespace patchbay::storage::sql {

struct RetentionRules {
  std::int64_t age_ms = 0;  // since the last change; 0: for ever
  std::int64_t bytes = 0;   // of all conversations; 0: no bound
};

struct StoreSettings {
  DatabaseUrl url;
  RetentionRules retention = {};
  WriteQueue::Bounds queue = {};
  WriteQueue::Bounds batch = {256, 4 * 1024 * 1024};
  std::size_t reads_max = 4096;  // that wait for a reader
  unsigned readers = 3;
  std::vector<Migration> migrations = {};  // none: those that are built in
  std::chrono::milliseconds heartbeat{2000};
  std::chrono::milliseconds silence{10'000};  // of another machine's process that is dead
  std::chrono::milliseconds retention_every{60'000};
  std::chrono::milliseconds patience{3000};  // with a database that has just gone
  // For a call to a server; it gives up a statement by itself after five seconds.
  std::chrono::milliseconds hang{15'000};
  std::chrono::milliseconds retry_min{50};  // between two looks for it
  std::chrono::milliseconds retry_max{2000};
  std::chrono::milliseconds drain{5000};  // for what waits when the store is closed
};

}  // namespace patchbay::storage::sql
