// The numbered files of migrations/, which are built into the program, and how far a database is.
//
// Each is applied once, and the table schema_migrations keeps its number with the SHA-256 of its
// text. All that are missing are applied in one transaction under a lock, so that two programs that
// start at once do it one after the other, and the second finds it done.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/database_url.hpp"
#include "core/base/result.hpp"

namespace patchbay::storage::sql {

struct Migration {
  std::int64_t number = 0;
  std::string name;  // "0001_conversations"
  std::string_view sql;
  std::string sha256;
};

struct MigrationState {
  Migration migration;
  std::int64_t applied_ms = 0;  // 0: it is not
};

// Those for an engine ("sqlite", "postgresql"), in their order.
std::vector<Migration> built_in_migrations(std::string_view engine);

// How far the database is. kInvalid, with a message for whoever runs this program, when it has been
// through a migration that this program does not know, or knows otherwise; kUnavailable when it
// cannot be reached. A file of SQLite is made if it is not there.
Result<std::vector<MigrationState>> migration_states(const DatabaseUrl& url);

// Applies what is missing and gives that. Errors as above, and kInvalid for a migration that fails;
// then nothing was changed.
Result<std::vector<Migration>> migrate(const DatabaseUrl& url);

}  // namespace patchbay::storage::sql
