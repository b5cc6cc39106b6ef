// Migrations over a connection; migrations.hpp says what they are.

#pragma once

#include <vector>

#include "core/base/result.hpp"
#include "core/storage/sql/connection.hpp"
#include "core/storage/sql/migrations.hpp"

namespace patchbay::storage::sql {

// How far the database is. kInvalid, with a message for whoever runs this program, when it has been
// through a migration that `migrations` do not know, or know otherwise.
Result<std::vector<MigrationState>> migration_states(Connection& connection,
                                                     const std::vector<Migration>& migrations);

// Applies what is missing and gives that. Errors as above, and kInvalid for a migration that fails;
// then nothing was changed.
Result<std::vector<Migration>> migrate(Connection& connection,
                                       const std::vector<Migration>& migrations);

}  // namespace patchbay::storage::sql
