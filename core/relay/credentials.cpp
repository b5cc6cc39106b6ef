#include "core/relay/credentials.hpp"

#include <algorithm>
#include <utility>

#include "core/relay/credential_exchange.hpp"
#include "core/relay/limits.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::relay {
namespace {

using std::chrono::nanoseconds;

// Whether waiting may help; otherwise what the configuration says is wrong.
bool passes(std::int32_t category) {
  return category == PBAY_ERR_RATE_LIMIT || category == PBAY_ERR_OVERLOADED ||
         category == PBAY_ERR_UPSTREAM || category == PBAY_ERR_TIMEOUT;
}

Clock::duration back_off(unsigned failures) {
  const unsigned doublings = std::min(failures - 1, 16U);
  return std::min<Clock::duration>(limits::kBackOffLeast * (1U << doublings), limits::kBackOffMost);
}

// Moments beyond what the clock can tell are its last one.
Time later(Time from, nanoseconds by) {
  return by > Time::max() - from ? Time::max() : from + by;
}

}  // namespace

// `done` is the worker's own: empty once it has been told, or the call has left.
struct Credentials::Wait::Waiter {
  reactor::Worker& worker;
  Done done;

  static void tell(const std::shared_ptr<Waiter>& waiter, std::optional<chat::Failure> failure) {
    waiter->worker.post(
        [waiter, failure = std::move(failure)] {
          if (const Done told = std::exchange(waiter->done, nullptr)) {
            told(failure ? &*failure : nullptr);
          }
        },
        "news of a credential");
  }
};

Credentials::Wait::Wait(std::shared_ptr<Credentials> credentials, std::shared_ptr<Waiter> waiter)
    : credentials_(std::move(credentials)), waiter_(std::move(waiter)) {}

Credentials::Wait::~Wait() {
  waiter_->done = nullptr;
  const std::lock_guard lock(credentials_->mutex_);
  credentials_->waiting_.erase(waiter_);
}

std::shared_ptr<Credentials> Credentials::of(std::shared_ptr<plugin_host::Instance> instance,
                                             upstream::Connection connection) {
  return of(std::move(instance), std::move(connection), Options{});
}

std::shared_ptr<Credentials> Credentials::of(std::shared_ptr<plugin_host::Instance> instance,
                                             upstream::Connection connection,
                                             Options options) {
  if (instance->credentials() == nullptr) return nullptr;
  return std::shared_ptr<Credentials>(
      new Credentials(std::move(instance), std::move(connection), std::move(options)));
}

Credentials::Credentials(std::shared_ptr<plugin_host::Instance> instance,
                         upstream::Connection connection,
                         Options options)
    : instance_(std::move(instance)),
      connection_(std::move(connection)),
      options_(std::move(options)) {}

std::unique_ptr<Credentials::Wait> Credentials::await(Workplace& workplace, Done done) {
  const Time now = options_.now();
  if (now.time_since_epoch().count() < due_.load(std::memory_order_acquire)) return nullptr;
  bool begins = false;
  std::shared_ptr<Wait::Waiter> waiter;
  std::optional<chat::Failure> failure;
  {
    const std::lock_guard lock(mutex_);
    const bool due = now.time_since_epoch().count() >= due_.load(std::memory_order_relaxed);
    begins = due && !exchanging_ && now >= not_before_;
    exchanging_ = exchanging_ || begins;
    if (now >= good_until_) {
      waiter = std::make_shared<Wait::Waiter>(Wait::Waiter{workplace.worker, std::move(done)});
      if (exchanging_) {
        waiting_.insert(waiter);
      } else {
        failure = failure_now();
      }
    }
  }
  if (begins) CredentialExchange::begin(workplace, shared_from_this());
  if (waiter == nullptr) return nullptr;
  if (failure) Wait::Waiter::tell(waiter, std::move(failure));
  return std::unique_ptr<Wait>(new Wait(shared_from_this(), std::move(waiter)));
}

bool Credentials::exchanging() const {
  const std::lock_guard lock(mutex_);
  return exchanging_;
}

bool Credentials::refused(std::uint64_t version) {
  const std::lock_guard lock(mutex_);
  if (version != version_.load(std::memory_order_relaxed)) return true;
  const Time now = options_.now();
  if (now >= good_until_) return true;  // another call was refused before
  if (!exchanging_) {
    if (refused_at_ && now - *refused_at_ < limits::kRefusalPause) return false;
    refused_at_ = now;
  }
  good_until_ = now;
  due_.store(now.time_since_epoch().count(), std::memory_order_release);
  return true;
}

void Credentials::exchanged(Time begun, const Outcome& outcome) {
  std::set<std::shared_ptr<Wait::Waiter>> told;
  std::optional<chat::Failure> failure;
  {
    const std::lock_guard lock(mutex_);
    exchanging_ = false;
    if (outcome.valid_for) {
      renewed(begun, *outcome.valid_for);
    } else {
      failed(outcome.failure);
      failure = failure_now();
    }
    told.swap(waiting_);
  }
  if (outcome.valid_for) {
    log::info("credential_renewed")
        .text("provider", instance_->name())
        .number("valid_s",
                std::chrono::duration_cast<std::chrono::seconds>(*outcome.valid_for).count());
  } else {
    log::warn("credential_failed")
        .text("provider", instance_->name())
        .text("error", outcome.failure.message);
  }
  for (const auto& waiter : told)
    Wait::Waiter::tell(waiter, failure);
}

// Counted from before the request, since nobody knows how long the answer took.
void Credentials::renewed(Time begun, nanoseconds valid_for) {
  failures_ = 0;
  not_before_ = {};
  Time due = Time::max();
  good_until_ = Time::max();
  if (valid_for.count() > 0) {
    const nanoseconds spare = std::min<nanoseconds>(limits::kCredentialSpare, valid_for / 10);
    const nanoseconds ahead = std::min<nanoseconds>(limits::kCredentialAhead, valid_for / 5);
    good_until_ = later(begun, valid_for - spare);
    due = later(begun, valid_for - ahead);
  }
  version_.fetch_add(1, std::memory_order_acq_rel);
  due_.store(due.time_since_epoch().count(), std::memory_order_release);
}

void Credentials::failed(const plugin_host::CallError& error) {
  ++failures_;
  our_fault_ = !passes(error.category);
  const auto asked = std::chrono::milliseconds(std::max<std::int64_t>(error.retry_after_ms, 0));
  const Time now = options_.now();
  not_before_ = now + std::clamp<Clock::duration>(asked, back_off(failures_), limits::kBackOffMost);
  // What is still good serves on, without anybody asking before it is time again.
  const Time due = std::min(not_before_, good_until_);
  if (now < good_until_) due_.store(due.time_since_epoch().count(), std::memory_order_release);
}

// REQUIRES: the last exchange failed. The client learns whose credential it is and no more.
chat::Failure Credentials::failure_now() const {
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(not_before_ - options_.now());
  chat::Failure failure;
  failure.message = "The provider `" + instance_->name() + "` could not get its credentials";
  failure.code = "upstream_auth";
  failure.retry_after_ms = std::max<std::int64_t>(wait.count(), 0);
  failure.category = our_fault_ ? PBAY_ERR_AUTH : PBAY_ERR_OVERLOADED;
  return failure;
}

}  // namespace patchbay::relay
