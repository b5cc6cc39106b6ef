// The credential of one provider that expires: when it is due, who fetches it, who waits for it.
//
//   if (auto wait = credentials->await(workplace, [this](const chat::Failure* failure) { ... })) {
//     wait_ = std::move(wait);                 // until then
//   } else { ... }                             // use it now
//   ...
//   if (credentials->refused(version)) ...     // await() and try once more
//
// One exchange at a time, whoever asks and on whatever worker: before the first call, ahead of the
// credential's end while it still serves, and when the upstream has refused it. An exchange that
// fails is the failure of all calls that wait for it, and there is none for a while then; what is
// still good serves on meanwhile. What the upstream refuses is exchanged at most once in
// limits::kRefusalPause, so that one who lacks a right does not have tokens fetched without end.
//
// The credential itself is the plugin's (core/plugin_host/credential_source.hpp); nothing of it is
// kept or logged here.
//
// Threads: await() on the workplace's; the rest from any. Shared by all calls of the provider, and
// kept alive by them and by a running exchange.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "core/base/clock.hpp"
#include "core/chat/failure.hpp"
#include "core/plugin_host/credential_source.hpp"
#include "core/plugin_host/instance.hpp"
#include "core/relay/limits.hpp"
#include "core/relay/workplace.hpp"
#include "core/upstream/client.hpp"

namespace patchbay::relay {

class Credentials final : public std::enable_shared_from_this<Credentials> {
 public:
  // Told once, on the worker that waits: null when there is a credential to use.
  using Done = std::function<void(const chat::Failure* failure)>;

  struct Options {
    std::function<Time()> now = &Clock::now;
    std::chrono::milliseconds timeout = limits::kCredentialTimeout;  // of an exchange
  };

  // What an exchange came to: how long the credential is good (zero: until it is refused), or why
  // there is none.
  struct Outcome {
    std::optional<std::chrono::nanoseconds> valid_for;
    plugin_host::CallError failure = {};
  };

  // A place among those who wait. Destroying it takes it back, also from inside Done.
  class Wait {
   public:
    ~Wait();
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

   private:
    friend class Credentials;
    struct Waiter;
    Wait(std::shared_ptr<Credentials> credentials, std::shared_ptr<Waiter> waiter);

    const std::shared_ptr<Credentials> credentials_;
    const std::shared_ptr<Waiter> waiter_;
  };

  // Of a provider; null where its calls need none such. `connection` is what exchanges go over.
  static std::shared_ptr<Credentials> of(std::shared_ptr<plugin_host::Instance> instance,
                                         upstream::Connection connection);
  static std::shared_ptr<Credentials> of(std::shared_ptr<plugin_host::Instance> instance,
                                         upstream::Connection connection,
                                         Options options);

  // Null: there is a good one. Otherwise `done` comes from the loop, not from inside.
  std::unique_ptr<Wait> await(Workplace& workplace, Done done);

  // Counts the credentials there were. What a call used is the one from before it was built.
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

  // Whether a new one is being fetched.
  [[nodiscard]] bool exchanging() const;

  // The upstream refused what a call of that version had. True: another one is there, or may be
  // had, for await(); false: it was exchanged just now, so the refusal stands.
  [[nodiscard]] bool refused(std::uint64_t version);

 private:
  friend class CredentialExchange;

  Credentials(std::shared_ptr<plugin_host::Instance> instance,
              upstream::Connection connection,
              Options options);

  void exchanged(Time begun, const Outcome& outcome);
  void renewed(Time begun, std::chrono::nanoseconds valid_for);
  void failed(const plugin_host::CallError& error);
  [[nodiscard]] chat::Failure failure_now() const;

  const std::shared_ptr<plugin_host::Instance> instance_;
  const upstream::Connection connection_;
  const Options options_;

  std::atomic<std::uint64_t> version_{0};
  // Until then no call need take the lock.
  std::atomic<Clock::rep> due_{0};

  mutable std::mutex mutex_;  // guards what follows
  bool exchanging_ = false;
  Time good_until_{};
  Time not_before_{};  // of the next exchange, after a failure
  std::optional<Time> refused_at_;
  unsigned failures_ = 0;   // in a row
  bool our_fault_ = false;  // the last one: what the configuration says was refused
  std::set<std::shared_ptr<Wait::Waiter>> waiting_;
};

}  // namespace patchbay::relay
