#include "core/check/rehearsal.hpp"

#include <algorithm>
#include <utility>

#include "core/check/arguments.hpp"
#include "core/check/recordings.hpp"
#include "core/check/tool_listing.hpp"
#include "core/check/trail.hpp"
#include "core/plugin_host/vocabulary.hpp"
#include "core/sdk/patchbay/tools.h"

namespace patchbay::check {
namespace {

bool is_good(const AnswerSample& answer) {
  return answer.name.starts_with("a good");
}

}  // namespace

std::vector<RequestSample> Stage::requests() const {
  std::vector<RequestSample> all;
  for (const Operation& operation : provider.operations()) {
    std::vector<RequestSample> some =
        operation.mode == PBAY_MODE_TOOL
            ? tool_requests(provider)
            : requests_for(operation.mode, operation.dialect, provider.model_for(operation.mode));
    all.insert(
        all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  return all;
}

std::vector<Exchange> Stage::exchanges(const Subject& subject) const {
  std::vector<Exchange> all;
  for (RequestSample& request : requests()) {
    if (provider.active() != nullptr) {
      all.push_back({std::move(request), {}, false});
      continue;
    }
    for (AnswerSample& answer : answers_for(request.mode, request.dialect)) {
      // A second one, in case the first makes it ask again.
      all.push_back({request, {answer, answer}, false});
    }
  }
  if (!subject.fixtures || provider.active() != nullptr) return all;
  for (Recording& recording : read_recordings(*subject.fixtures).recordings) {
    all.push_back({std::move(recording.request), std::move(recording.answers), true});
  }
  return all;
}

std::vector<Exchange> Stage::good_exchanges(const Subject& subject) const {
  std::vector<Exchange> all = exchanges(subject);
  std::erase_if(all, [](const Exchange& exchange) {
    return !exchange.is_recorded && !exchange.answers.empty() && !is_good(exchange.answers.front());
  });
  return all;
}

std::vector<std::string> try_to_rehearse(const Subject& subject,
                                         HostOptions options,
                                         bool copied,
                                         const std::function<void(Stage&)>& work) {
  Result<std::unique_ptr<Session>> session = Session::open(subject.library, options, copied);
  if (!session) return {session.error().message};
  std::vector<std::string> hindered;
  for (const pbay_provider_type* type : (*session)->types()) {
    if (!subject.wants(plugin_host::text_of(type->type))) continue;
    const auto hinder = [&](const std::string& why) {
      hindered.push_back("type \"" + std::string(plugin_host::text_of(type->type)) + "\": " + why);
    };
    const Result<ProviderSettings> settings =
        settings_for(plugin_host::text_of(type->config_schema), subject.config);
    if (!settings) {
      hinder("no configuration fits: " + settings.error().message);
      continue;
    }
    StrictProvider provider(**session, *type, settings->json);
    if (provider.created() < 0 || !provider.has_provider()) {
      hinder("create() made no provider; give it a configuration with --config");
      continue;
    }
    if (provider.describe() < 0) {
      hinder("describe() failed");
      continue;
    }
    if (provider.credentials() != nullptr &&
        exchange_credential(provider, good_credential()).status < 0) {
      hinder("its credential could not be exchanged");
      continue;
    }
    Stage stage{**session, provider, *settings};
    work(stage);
  }
  (*session)->end();
  return hindered;
}

void rehearse(const Subject& subject,
              Findings& findings,
              HostOptions options,
              const std::function<void(Stage&)>& work) {
  for (const std::string& why : try_to_rehearse(subject, options, false, work))
    findings.skip(why);
}

AnswerSample good_credential() {
  return {"a good token",
          200,
          {{"content-type", "application/json"}},
          R"({"access_token":"check-token-0123456789","token_type":"Bearer","expires_in":3600})"};
}

CredentialOutcome exchange_credential(StrictProvider& provider, const AnswerSample& answer) {
  CredentialOutcome outcome;
  StrictHost& host = provider.host();
  Keeper keeper;
  Arguments arguments(host, keeper, "the exchange of a credential");
  auto* request = arguments.out_structure<pbay_http_request>("the request");
  host.begin_control();
  Trail::function("credentials.build_request");
  outcome.status = provider.credentials()->build_request(provider.raw(), request);
  Trail::function("");
  outcome.error = host.end_control();
  if (outcome.status < 0) return outcome;
  outcome.built = true;
  outcome.request = read_request(*request, nullptr);

  std::vector<pbay_kv> headers;
  for (const auto& [name, value] : answer.headers) {
    headers.push_back(
        {arguments.text(name, "the name of a header"), arguments.text(value, "a header")});
  }
  pbay_http_head head{};
  head.size = sizeof head;
  head.status = answer.status;
  head.framing = PBAY_FRAME_WHOLE;
  head.headers = headers.empty() ? nullptr : arguments.array<pbay_kv>(headers, "the headers");
  head.header_count = headers.size();
  const auto* given = arguments.structure(head, "the head");
  const pbay_bytes body = arguments.bytes(answer.body, "the body");
  host.begin_control();
  Trail::function("credentials.on_response");
  outcome.status =
      provider.credentials()->on_response(provider.raw(), given, body, &outcome.valid_for_ns);
  Trail::function("");
  outcome.error = host.end_control();
  return outcome;
}

bool was_turned_down(const Outcome& outcome) {
  return outcome.failed_in == "call_create" || outcome.failed_in == "build_request" ||
         outcome.failed_in == "start";
}

}  // namespace patchbay::check
