#include "core/storage/sql/transaction.hpp"

#include <utility>

namespace patchbay::storage::sql {
namespace {

bool only_its_own(Failure failure) {
  return failure == Failure::kNone || failure == Failure::kPoisoned ||
         failure == Failure::kReference;
}

Attempt failed(Connection& connection, const Error& error) {
  Attempt attempt;
  attempt.failure = connection.failure();
  attempt.error = error;
  connection.roll_back();
  return attempt;
}

// What the job said; but where the database failed within it, an ok of its is not believed.
Status run(Connection& connection, SqlRepository& repository, const Store::Job& job) {
  connection.start_work();
  Status status = job(repository);
  if (status && connection.failure() != Failure::kNone) {
    status = make_error(ErrorCode::kInternal, "the database refused what it was given");
  }
  return status;
}

}  // namespace

Attempt attempt(Connection& connection,
                Instances& instances,
                const std::vector<QueuedWrite>& jobs,
                Isolation isolation,
                std::int64_t batch) {
  connection.start_work();
  if (const Status begun = connection.begin(); !begun) {
    Attempt locked = failed(connection, begun.error());
    locked.locked_out = locked.failure == Failure::kBusy;
    return locked;
  }
  const bool savepoints = isolation == Isolation::kSavepoints;
  SqlRepository repository(connection, instances.id());
  std::vector<Status> results;
  for (const QueuedWrite& write : jobs) {
    if (savepoints) {
      if (const Status set = connection.run_script("savepoint job"); !set) {
        return failed(connection, set.error());
      }
    }
    Status status = run(connection, repository, write.job);
    if (!only_its_own(connection.failure())) {
      return failed(connection, status.error());
    }
    const bool undo =
        !status && (connection.written() > 0 || connection.failure() != Failure::kNone);
    if (undo && !savepoints) {
      connection.roll_back();
      return {.end = Attempt::End::kSpoilt};
    }
    results.push_back(std::move(status));
    if (!savepoints) continue;
    connection.start_work();
    const Status set = connection.run_script(
        undo ? "rollback to savepoint job; release savepoint job" : "release savepoint job");
    if (!set) return failed(connection, set.error());
  }

  connection.start_work();
  if (const Status shown = instances.show(connection, batch); !shown) {
    return failed(connection, shown.error());
  }
  if (const Status committed = connection.commit(); !committed) {
    Attempt attempt = failed(connection, committed.error());
    if (attempt.failure == Failure::kLost) attempt.end = Attempt::End::kUnknown;
    attempt.results = std::move(results);
    return attempt;
  }
  return {.end = Attempt::End::kCommitted, .results = std::move(results)};
}

}  // namespace patchbay::storage::sql
