// The checks of single calls: what is asked for, what is said, and what is kept too long.

#include <algorithm>
#include <string>

#include "core/check/checks.hpp"
#include "core/check/rehearsal.hpp"

namespace patchbay::check {
namespace {

std::string told(const Outcome& outcome) {
  return outcome.error ? ": " + outcome.error->message : std::string();
}

// Plays every exchange and then reports what broke the rule.
void play_and_report(const Subject& subject,
                     Findings& findings,
                     const HostOptions& options,
                     Rule rule) {
  rehearse(subject, findings, options, [&](Stage& stage) {
    for (const Exchange& exchange : stage.exchanges(subject))
      play(stage.provider, exchange.request, exchange.answers);
    stage.session.host().breaches().report(rule, findings);
  });
}

}  // namespace

void check_requests(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    std::size_t taken = 0;
    for (const RequestSample& request : stage.requests()) {
      const Outcome outcome = play(stage.provider, request, {});
      if (outcome.timed_out) continue;  // for async.complete to say
      if (was_turned_down(outcome)) {
        // A dialect of somebody else's may want what no guess holds.
        if (!outcome.error || outcome.error->message.empty()) {
          findings.fail(request.name + ": " + outcome.failed_in + "() returned " +
                        status_name(outcome.status) + " without set_error()");
        } else {
          findings.warn(request.name + " is turned down" + told(outcome));
        }
        continue;
      }
      ++taken;
      for (const BuiltRequest& built : outcome.built) {
        for (const std::string& fault : built.faults)
          findings.fail(request.name + ": " + fault);
      }
    }
    if (taken == 0) findings.fail("every plausible request was turned down");
  });
}

void check_events(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    for (const Exchange& exchange : stage.exchanges(subject)) {
      const Outcome outcome = play(stage.provider, exchange.request, exchange.answers);
      if (!outcome.missing.empty()) {
        findings.fail(outcome.missing + " (" + exchange.request.name +
                      (exchange.answers.empty() ? "" : ", " + exchange.answers.front().name) + ")");
      }
    }
    stage.session.host().breaches().report(Rule::kEvents, findings);
  });
}

void check_statuses(const Subject& subject, Findings& findings) {
  play_and_report(subject, findings, {}, Rule::kStatuses);
}

void check_arguments(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {.seals_arguments = true}, [&](Stage& stage) {
    for (const Exchange& exchange : stage.exchanges(subject))
      play(stage.provider, exchange.request, exchange.answers);
  });
}

void check_sinks(const Subject& subject, Findings& findings) {
  play_and_report(subject, findings, {.poisons_sinks = true}, Rule::kSinks);
}

void check_refused_events(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    if (stage.provider.active() != nullptr) {
      return findings.skip("it emits from its own functions; async.cancel looks at that");
    }
    for (const Exchange& exchange : stage.good_exchanges(subject)) {
      const std::size_t events = play(stage.provider, exchange.request, exchange.answers).events;
      for (std::size_t from = 0; from < std::min<std::size_t>(events, 16); ++from) {
        PlayOptions options;
        options.call.refuse_from = from;
        play(stage.provider, exchange.request, exchange.answers, options);
      }
    }
    stage.session.host().breaches().report(Rule::kRefusals, findings);
  });
}

}  // namespace patchbay::check
