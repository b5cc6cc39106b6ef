// The checks that treat calls badly: broken off, without memory, in thousands, between threads.

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "core/check/checks.hpp"
#include "core/check/process_state.hpp"
#include "core/check/rehearsal.hpp"

namespace patchbay::check {
namespace {

constexpr std::size_t kChurn = 10'000;
constexpr std::size_t kWarmUp = 2'000;
constexpr std::size_t kGrowthAllowed = 64 * 1024;
constexpr std::size_t kResidentGrowthAllowed = 16 * 1024 * 1024;

#ifdef PATCHBAY_SANITIZED
constexpr std::chrono::milliseconds kLongest{50};  // everything is slower then
#else
constexpr std::chrono::milliseconds kLongest{5};
#endif

std::string describe(const Exchange& exchange) {
  return exchange.request.name +
         (exchange.answers.empty() ? "" : ", " + exchange.answers.front().name);
}

// One call. Most come as far as a call can without an upstream; every tenth is played, and broken
// off a little later each time.
void churn_once(StrictProvider& provider,
                const std::vector<Exchange>& exchanges,
                std::size_t number) {
  const Exchange& exchange = exchanges[number % exchanges.size()];
  if (number % 10 == 0) {
    PlayOptions options;
    options.steps = number / 10 % 9;
    play(provider, exchange.request, exchange.answers, options);
    return;
  }
  StrictCall call(provider, exchange.request);
  if (call.create() < 0 || provider.active() != nullptr) return;
  BuiltRequest built;
  call.build(built);
}

// A request and an answer that are larger than most.
std::vector<Exchange> large_exchanges(const Subject& subject, const Stage& stage) {
  std::vector<Exchange> large;
  for (Exchange& exchange : stage.good_exchanges(subject)) {
    const std::size_t quote = exchange.request.body.find("hello");
    if (quote == std::string::npos) continue;
    exchange.request.body.insert(quote, std::string(200'000, 'a'));
    large.push_back(std::move(exchange));
  }
  return large;
}

void run_on_another_thread(const std::function<void()>& work) {
  std::thread(work).join();
}

}  // namespace

void check_cancel(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    for (const Exchange& exchange : stage.exchanges(subject)) {
      const Outcome whole = play(stage.provider, exchange.request, exchange.answers);
      for (std::size_t steps = 0; steps < std::min<std::size_t>(whole.steps, 40); ++steps) {
        PlayOptions options;
        options.steps = steps;
        play(stage.provider, exchange.request, exchange.answers, options);
      }
      for (const pbay_status end : {PBAY_E_TIMEOUT, PBAY_E_PROTOCOL, PBAY_E_FAIL}) {
        PlayOptions options;
        options.end_status = end;
        play(stage.provider, exchange.request, exchange.answers, options);
      }
    }
  });
}

void check_no_memory(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    for (const Exchange& exchange : stage.good_exchanges(subject)) {
      const Outcome usual = play(stage.provider, exchange.request, exchange.answers);
      const std::size_t most = std::min<std::size_t>(usual.allocations, 40);
      for (std::size_t number = 0; number < most; ++number) {
        PlayOptions options;
        options.call.fail_allocation = number;
        const Outcome outcome = play(stage.provider, exchange.request, exchange.answers, options);
        if (outcome.status >= 0 || outcome.status == PBAY_E_NO_MEMORY) continue;
        if (outcome.transcript == usual.transcript) continue;  // it fails with memory, too
        findings.fail("call_alloc() answered NULL, and " + outcome.failed_in + "() returned " +
                      status_name(outcome.status) + " in place of PBAY_E_NO_MEMORY (" +
                      describe(exchange) + ")");
      }
    }
  });
}

void check_churn(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    const std::vector<Exchange> exchanges = stage.good_exchanges(subject);
    if (exchanges.empty()) return;
    const auto run = [&](std::size_t from, std::size_t to) {
      for (std::size_t i = from; i < to; ++i)
        churn_once(stage.provider, exchanges, i);
    };
    run(0, kWarmUp);
    const ProcessState before = process_state();
    const std::size_t heap = allocated_bytes();
    const std::size_t resident = resident_bytes();
    run(kWarmUp, kChurn);
    const std::size_t grown = allocated_bytes() - std::min(heap, allocated_bytes());
    const std::string calls = std::to_string(kChurn - kWarmUp) + " calls";
    if (grown > kGrowthAllowed) {
      findings.fail(calls + " left " + std::to_string(grown) + " bytes on the heap");
    }
#ifndef PATCHBAY_SANITIZED  // a sanitizer keeps freed memory for a while
    const std::size_t more = resident_bytes() - std::min(resident, resident_bytes());
    if (more > kResidentGrowthAllowed) {
      findings.fail(calls + " made the process grow by " + std::to_string(more) + " bytes");
    }
#else
    static_cast<void>(resident);
    static_cast<void>(kResidentGrowthAllowed);
#endif
    const std::string left = left_behind_for_good(before);
    if (!left.empty()) findings.fail(calls + " left " + left);
  });
}

void check_threads(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    std::vector<Exchange> exchanges = stage.good_exchanges(subject);
    std::map<const Exchange*, std::string> alone;
    PlayOptions rotating;
    rotating.call.runner = run_on_another_thread;
    for (const Exchange& exchange : exchanges) {
      alone[&exchange] = play(stage.provider, exchange.request, exchange.answers).transcript;
      const std::string moved =
          play(stage.provider, exchange.request, exchange.answers, rotating).transcript;
      if (moved != alone[&exchange]) {
        findings.fail(
            "run on a thread of its own each, the functions of a call say something "
            "else (" +
            describe(exchange) + ")");
      }
    }
    std::vector<std::thread> workers;
    for (std::size_t worker = 0; worker < 4; ++worker) {
      workers.emplace_back([&, worker] {
        for (std::size_t i = 0; i < exchanges.size(); ++i) {
          const Exchange& exchange = exchanges[(i + worker) % exchanges.size()];
          const std::string text =
              play(stage.provider, exchange.request, exchange.answers).transcript;
          if (text == alone.at(&exchange)) continue;
          findings.fail("beside other calls, a call says something else (" + describe(exchange) +
                        ")");
        }
      });
    }
    for (std::thread& worker : workers)
      worker.join();
  });
}

void check_time(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    std::vector<Exchange> exchanges = stage.good_exchanges(subject);
    // Recordings are many, and small.
    std::erase_if(exchanges, [](const Exchange& exchange) { return exchange.is_recorded; });
    for (Exchange& large : large_exchanges(subject, stage))
      exchanges.push_back(std::move(large));
    for (const Exchange& exchange : exchanges) {
      // The best of a few, for a busy machine makes everything late now and then.
      std::map<std::string, std::chrono::nanoseconds> best;
      for (int round = 0; round < 3; ++round) {
        for (const auto& [function, taken] :
             play(stage.provider, exchange.request, exchange.answers).times) {
          const auto known = best.emplace(function, taken).first;
          known->second = std::min(known->second, taken);
        }
      }
      for (const auto& [function, taken] : best) {
        if (taken <= kLongest) continue;
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(taken).count();
        findings.warn(function + "() took " + std::to_string(ms) + " ms (" + describe(exchange) +
                      ")");
      }
    }
  });
}

}  // namespace patchbay::check
