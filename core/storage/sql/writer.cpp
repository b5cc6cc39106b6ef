#include "core/storage/sql/writer.hpp"

#include <algorithm>
#include <utility>

#include "core/storage/sql/migrating.hpp"
#include "core/storage/sql/retention.hpp"
#include "core/storage/sql/secrets.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::storage::sql {
namespace {

constexpr int kBusyAttempts = 5;
constexpr std::int64_t kExpiredAtOnce = 20;
constexpr std::chrono::milliseconds kGlance{20};  // between two looks with jobs in hand

void tell(QueuedWrite& write, const Status& status) {
  if (write.done) write.done(status);
}

}  // namespace

Writer::Writer(StoreSettings settings, const Engine& engine, Cutter* cutter, std::string instance)
    : settings_(std::move(settings)),
      migrations_(settings_.migrations.empty() ? built_in_migrations(engine.name())
                                               : settings_.migrations),
      queue_(settings_.queue),
      connection_(engine, Engine::Use::kWrite, cutter),
      instances_(std::move(instance), settings_.silence),
      retry_(settings_.retry_min) {}

Writer::~Writer() {
  close();
}

Status Writer::first_look() {
  const Status opened = connection_.open();
  Status made = opened ? make_tables() : opened;
  if (!made) connection_.close();
  return made;
}

void Writer::start() {
  if (connection_.is_open() && enter()) available_ = true;
  thread_ = std::thread([this] { run(); });
}

void Writer::suspect() {
  suspected_ = true;
  queue_.wake();
}

void Writer::close() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void Writer::run() {
  next_expiry_ = Clock::now() + settings_.retention_every;
  while (!queue_.closed()) {
    if (!available()) {
      refuse(queue_.take(settings_.queue, next_look_));
      if (!queue_.closed() && Clock::now() >= next_look_) look();
      continue;
    }
    auto jobs = queue_.take(settings_.batch, std::min(next_sign_, next_expiry_));
    if (!jobs.empty()) write(std::move(jobs));
    if (available()) look_after();
  }
  drain();
}

// --- A database that is not there ---

Status Writer::make_tables() {
  const auto done = migrate(connection_, migrations_);
  if (!done) return done.error();
  for (const Migration& migration : *done)
    log::info("storage_migrated").text("migration", migration.name);
  migrated_ = true;
  return ok();
}

bool Writer::look() {
  Status there = connection_.open();
  if (there && !migrated_) there = make_tables();
  if (there && enter()) {
    retry_ = settings_.retry_min;
    trouble_.clear();
    if (!available_.exchange(true)) {
      log::info("storage_available").text("url", settings_.url.shown);
    }
    return true;
  }
  connection_.close();
  next_look_ = Clock::now() + retry_;
  retry_ = std::min(retry_ * 2, settings_.retry_max);
  // Whoever runs this has to do something: it will not come right by itself.
  if (!there && there.error().code == ErrorCode::kInvalid && trouble_ != there.error().message) {
    trouble_ = there.error().message;
    log::error("storage_refused").text("url", settings_.url.shown).text("message", trouble_);
  }
  return false;
}

bool Writer::enter() {
  instances_.forget();
  const Status entered = in_transaction([&]() -> Status {
    // Before it is shown anew: a transaction that nobody heard the end of may have come through.
    const auto last = instances_.last_batch(connection_);
    if (!last) return last.error();
    batch_ = std::max(batch_, *last);
    if (Status shown = instances_.show(connection_, batch_); !shown) return shown;
    if (Status made = make_secrets(connection_); !made) return made;
    const auto interrupted = instances_.sweep(connection_);
    if (!interrupted) return interrupted.error();
    if (*interrupted > 0) log::warn("answers_interrupted").number("answers", *interrupted);
    return ok();
  });
  next_sign_ = Clock::now() + settings_.heartbeat;
  return entered.has_value();
}

bool Writer::look_until(Time deadline) {
  while (!look()) {
    if (Clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kGlance);
  }
  return true;
}

void Writer::lost(const Error& error) {
  connection_.close();
  next_look_ = Clock::now() + settings_.retry_min;
  if (!available_.exchange(false)) return;
  log::error("storage_lost")
      .text("url", settings_.url.shown)
      .text("error", error.message)
      .text("detail", error.detail)
      .text("message", "what needs it is refused until it is back");
}

void Writer::refuse(std::vector<QueuedWrite> jobs) {
  for (QueuedWrite& job : jobs)
    tell(job, make_error(ErrorCode::kUnavailable, "the database cannot be reached"));
}

// --- Writing ---

Attempt Writer::write_until(const std::vector<QueuedWrite>& jobs, Time deadline) {
  Isolation isolation = Isolation::kTogether;
  const std::int64_t batch = batch_ + 1;
  for (int tries = 1;; ++tries) {
    using End = Attempt::End;
    Attempt result = attempt(connection_, instances_, jobs, isolation, batch);
    if (result.end == End::kCommitted) {
      batch_ = batch;
      return result;
    }
    if (result.end == End::kSpoilt) {
      isolation = Isolation::kSavepoints;
      continue;
    }
    if (result.failure == Failure::kLost || !connection_.is_open()) {
      lost(result.error);
      if (!look_until(deadline)) return result;
      if (batch_ != batch) continue;
      result.end = End::kCommitted;  // it had come through
      return result;
    }
    // The engine itself waits some seconds for a lock; whoever waits for us has no more than that.
    if (result.failure != Failure::kBusy || tries >= kBusyAttempts) return result;
    if (Clock::now() >= deadline) return result;
    std::this_thread::sleep_for(std::chrono::milliseconds(tries));
  }
}

void Writer::write(std::vector<QueuedWrite> jobs) {
  const Attempt result = write_until(jobs, std::min(Clock::now() + settings_.patience, give_up_));
  // One that is locked is as good as away: nobody else shall wait for it as long as these have.
  const bool away = result.failure == Failure::kFull || result.locked_out;
  if (away && available()) lost(result.error);
  const bool committed = result.end == Attempt::End::kCommitted;
  for (std::size_t i = 0; i < jobs.size(); ++i)
    tell(jobs[i], committed ? result.results[i] : Status(result.error));
}

// --- Between the writing ---

template <typename Work>
Status Writer::in_transaction(Work work) {
  connection_.start_work();
  Status status = connection_.begin();
  locked_out_ = !status && connection_.failure() == Failure::kBusy;
  if (status) status = work();
  if (status) status = connection_.commit();
  if (!status) connection_.roll_back();
  return status;
}

void Writer::look_after() {
  if (suspected_.exchange(false) || Clock::now() >= next_sign_) show_life();
  if (available() && Clock::now() >= next_expiry_) expire();
}

void Writer::show_life() {
  next_sign_ = Clock::now() + settings_.heartbeat;
  const Status shown = in_transaction([&]() -> Status {
    if (Status sign = instances_.show(connection_, batch_); !sign) return sign;
    const auto interrupted = instances_.sweep(connection_);
    if (!interrupted) return interrupted.error();
    if (*interrupted > 0) log::warn("answers_interrupted").number("answers", *interrupted);
    return ok();
  });
  if (!shown && (locked_out_ || connection_.failure() != Failure::kBusy)) lost(shown.error());
}

void Writer::expire() {
  std::int64_t deleted = 0;
  const Status done = in_transaction([&]() -> Status {
    const auto count = delete_expired(connection_, settings_.retention, kExpiredAtOnce);
    if (!count) return count.error();
    deleted = *count;
    return ok();
  });
  if (!done && connection_.failure() == Failure::kLost) return lost(done.error());
  // As long as there is more, each round lets the writing go first.
  next_expiry_ = deleted > 0 ? Clock::now() : Clock::now() + settings_.retention_every;
  if (deleted > 0) log::info("conversations_expired").number("conversations", deleted);
}

void Writer::drain() {
  give_up_ = Clock::now() + settings_.drain;
  while (!queue_.empty() && available() && Clock::now() < give_up_)
    write(queue_.take(settings_.batch, Clock::now()));
  auto left = queue_.take(settings_.queue, Clock::now());
  const auto lost_writes = static_cast<std::int64_t>(left.size());
  refuse(std::move(left));
  if (lost_writes > 0) log::error("storage_writes_lost").number("writes", lost_writes);
  if (available()) {
    const Status left_behind = in_transaction([&] { return instances_.leave(connection_); });
    if (!left_behind) log::warn("storage_left_open").text("error", left_behind.error().message);
  }
  connection_.close();
  log::info("storage_closed").number("writes_lost", lost_writes);
}

}  // namespace patchbay::storage::sql
