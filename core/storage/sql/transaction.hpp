// One attempt to do a batch of jobs in one transaction.

#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.hpp"
#include "core/storage/sql/instances.hpp"
#include "core/storage/sql/sql_repository.hpp"
#include "core/storage/sql/write_queue.hpp"

namespace patchbay::storage::sql {

// How jobs are kept from harming each other.
enum class Isolation {
  kTogether,    // not at all: one that has to be undone spoils the attempt
  kSavepoints,  // one that has to be undone is, alone
};

struct Attempt {
  enum class End {
    kCommitted,
    kSpoilt,   // kTogether will not do for this batch; nothing was done
    kFailed,   // nothing was done, for a reason that has to do with all
    kUnknown,  // the connection went while it was being committed
  };
  End end = End::kFailed;
  std::vector<Status> results = {};  // kCommitted, kUnknown: of each job, if it was committed
  bool locked_out = false;           // it could not begin: somebody else has the whole database
  Failure failure = Failure::kNone;  // kFailed, kUnknown
  Error error = {};                  // the same, for all jobs
};

// `batch` is the transaction's number, by which it is known later whether it was committed.
Attempt attempt(Connection& connection,
                Instances& instances,
                const std::vector<QueuedWrite>& jobs,
                Isolation isolation,
                std::int64_t batch);

}  // namespace patchbay::storage::sql
