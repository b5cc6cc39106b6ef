// What most checks begin with: a plugin that is loaded, providers that are made, and requests and
// answers to try them with.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/check/findings.hpp"
#include "core/check/play.hpp"
#include "core/check/samples.hpp"
#include "core/check/settings.hpp"
#include "core/check/strict_provider.hpp"
#include "core/check/subject.hpp"

namespace patchbay::check {

// A recorded or made-up exchange.
struct Exchange {
  RequestSample request;
  std::vector<AnswerSample> answers;
  bool is_recorded = false;
};

struct Stage {
  Session& session;
  StrictProvider& provider;
  const ProviderSettings& settings;

  // Every request that its operations allow.
  [[nodiscard]] std::vector<RequestSample> requests() const;
  // Every request with every answer that fits its mode, good and odd, and the recordings. Providers
  // that do their own work get requests without answers.
  [[nodiscard]] std::vector<Exchange> exchanges(const Subject& subject) const;
  // The same, good answers only.
  [[nodiscard]] std::vector<Exchange> good_exchanges(const Subject& subject) const;
};

// Loads the plugin under a host with those options and runs `work` for a provider of each type that
// is to be checked; afterwards everything has ended. Returns what could not be set up, and why.
// A plugin is initialised once in a process, so whoever does this twice uses a copy of it.
std::vector<std::string> try_to_rehearse(const Subject& subject,
                                         HostOptions options,
                                         bool copied,
                                         const std::function<void(Stage&)>& work);

// The same, with a finding for what could not be set up: those checks are skipped.
void rehearse(const Subject& subject,
              Findings& findings,
              HostOptions options,
              const std::function<void(Stage&)>& work);

// The exchange of a credential, answered with `answer`. Returns what on_response() did, or what
// build_request() did if that failed.
struct CredentialOutcome {
  pbay_status status = PBAY_OK;
  bool built = false;
  BuiltRequest request;
  std::optional<ToldError> error;
  std::uint64_t valid_for_ns = 0;
};
CredentialOutcome exchange_credential(StrictProvider& provider, const AnswerSample& answer);

// As a token endpoint answers.
AnswerSample good_credential();

// Whether a played exchange was refused before anything was sent.
bool was_turned_down(const Outcome& outcome);

}  // namespace patchbay::check
