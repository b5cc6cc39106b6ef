// Deleting conversations that have been kept for long enough, a few at a time.

#pragma once

#include <cstdint>

#include "core/base/result.hpp"
#include "core/storage/sql/connection.hpp"
#include "core/storage/sql/settings.hpp"

namespace patchbay::storage::sql {

// Within a transaction. Deletes at most `batch` conversations that are too old, pinned or not; with
// none of these, as many of the longest unchanged ones as bring all of them under the bound, pinned
// ones last. Gives how many that were: as long as it is not 0, there may be more.
Result<std::int64_t> delete_expired(Connection& connection,
                                    const RetentionRules& rules,
                                    std::int64_t batch);

}  // namespace patchbay::storage::sql
