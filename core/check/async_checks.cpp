// The checks of providers that do their own work (patchbay.provider.active/1).

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "core/check/checks.hpp"
#include "core/check/rehearsal.hpp"
#include "core/check/trail.hpp"

namespace patchbay::check {
namespace {

constexpr std::chrono::seconds kCancelTime{5};
constexpr std::size_t kMostRounds = 100'000;

// Runs `work` for each provider that does its own work; says so if there is none.
template <typename Work>
void for_active(const Subject& subject, Findings& findings, Work&& work) {
  bool any = false;
  rehearse(subject, findings, {}, [&](Stage& stage) {
    if (stage.provider.active() == nullptr) return;
    any = true;
    work(stage);
  });
  if (!any) findings.skip("no provider offers " PBAY_EXT_PROVIDER_ACTIVE);
}

// The whole call, with room for so many events at a time. Its transcript, or why it did not end.
std::string run_with_room(Stage& stage, const RequestSample& request, std::size_t room) {
  StrictCall call(stage.provider, request, {.room = room});
  Trail::doing(request.name + ", room for " + std::to_string(room) + " at a time");
  if (call.create() < 0 || call.start() < 0) return "turned down";
  for (std::size_t round = 0; round < kMostRounds; ++round) {
    if (call.run(kPatience)) break;
    if (!call.is_blocked()) {
      call.cancel();
      call.run(kCancelTime);
      return "it was silent for " + std::to_string(kPatience.count()) + " s";
    }
    call.give_room(room);
  }
  return call.transcript();
}

// What a plugin may still do with an id whose call has ended: nothing that does harm.
void cancel_after(Stage& stage,
                  Findings& findings,
                  const RequestSample& request,
                  std::size_t events) {
  StrictCall call(stage.provider, request, {.room = events});
  Trail::doing(request.name + ", cancelled after " + std::to_string(events) + " events");
  if (call.create() < 0 || call.start() < 0) return;
  call.run(std::chrono::milliseconds(events == 0 ? 0 : 200));
  if (call.is_completed()) return;
  call.cancel();
  if (!call.run(kCancelTime)) {
    findings.fail("complete() did not come within 5 s of cancel() (" + request.name + ")");
  }
}

}  // namespace

void check_async_complete(const Subject& subject, Findings& findings) {
  for_active(subject, findings, [&](Stage& stage) {
    for (const RequestSample& request : stage.requests()) {
      const Outcome outcome = play(stage.provider, request, {});
      if (outcome.timed_out) {
        findings.fail("complete() did not come within " + std::to_string(kPatience.count()) +
                      " s (" + request.name + ")");
      }
    }
    // A thread that is late with a second complete() gets a moment to be seen.
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stage.session.host().breaches().report(Rule::kAsync, findings);
  });
}

void check_async_room(const Subject& subject, Findings& findings) {
  for_active(subject, findings, [&](Stage& stage) {
    for (const RequestSample& request : stage.requests()) {
      const std::string roomy = run_with_room(stage, request, SIZE_MAX);
      for (const std::size_t room : {std::size_t{1}, std::size_t{3}}) {
        const std::string narrow = run_with_room(stage, request, room);
        if (narrow == roomy) continue;
        findings.fail("with room for " + std::to_string(room) +
                      " events at a time, the call says something else (" + request.name +
                      "): " + narrow.substr(0, 200));
      }
    }
  });
}

void check_async_cancel(const Subject& subject, Findings& findings) {
  for_active(subject, findings, [&](Stage& stage) {
    for (const RequestSample& request : stage.requests()) {
      for (const unsigned events : {0U, 1U, 2U, 5U}) {
        cancel_after(stage, findings, request, events);
        if (findings.failed()) return;  // each further one would take as long
      }
    }
  });
}

}  // namespace patchbay::check
