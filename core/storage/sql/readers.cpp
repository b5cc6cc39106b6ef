#include "core/storage/sql/readers.hpp"

#include <utility>

#include "core/storage/sql/sql_repository.hpp"

namespace patchbay::storage::sql {
namespace {

constexpr int kAttempts = 3;

}  // namespace

Readers::Readers(const StoreSettings& settings,
                 const Engine& engine,
                 Cutter* cutter,
                 Writer& writer)
    : reads_max_(settings.reads_max), engine_(engine), cutter_(cutter), writer_(writer) {
  for (unsigned i = 0; i < settings.readers; ++i)
    threads_.emplace_back([this] { run(); });
}

Readers::~Readers() {
  close();
}

bool Readers::push(Store::Job& job, Store::Done& done) {
  const std::lock_guard lock(mutex_);
  if (closed_ || waiting_.size() >= reads_max_) return false;
  waiting_.push_back({std::move(job), std::move(done)});
  changed_.notify_one();
  return true;
}

void Readers::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Readers::run() {
  Connection connection(engine_, Engine::Use::kRead, cutter_);
  for (;;) {
    Read next;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    next.done(read(connection, next.job));
  }
}

Status Readers::read_once(Connection& connection, const Store::Job& job) {
  if (!connection.is_open()) {
    if (Status opened = connection.open(); !opened) return opened;
  }
  connection.start_work();
  if (Status begun = connection.begin(); !begun) return begun;
  SqlRepository repository(connection, {});
  Status status = job(repository);
  if (connection.failure() == Failure::kNone) {
    if (const Status ended = connection.commit(); !ended) status = ended;
  } else if (status) {
    status = make_error(ErrorCode::kInternal, "the database refused what it was given");
  }
  if (connection.failure() != Failure::kNone) connection.roll_back();
  return status;
}

// A connection that was lost while nobody looked is opened again once; a database that cannot be
// reached is for the writer to wait for.
Status Readers::read(Connection& connection, const Store::Job& job) {
  Status status = make_error(ErrorCode::kUnavailable, "the database cannot be reached");
  for (int tries = 0; tries < kAttempts; ++tries) {
    if (!writer_.available()) break;
    status = read_once(connection, job);
    const Failure failure = connection.failure();
    if (failure == Failure::kLost) {
      connection.close();
    } else if (failure != Failure::kBusy) {
      return status;
    }
  }
  if (!connection.is_open()) writer_.suspect();
  return status;
}

}  // namespace patchbay::storage::sql
