// Keys that all processes of a database share, made by the first one that comes.

#pragma once

#include "core/storage/sql/connection.hpp"

namespace patchbay::storage::sql {

// Makes those that are missing (Repository::secret), within a transaction. Two that do it at once
// get the same.
Status make_secrets(Connection& connection);

}  // namespace patchbay::storage::sql
