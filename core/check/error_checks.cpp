// The checks of what a plugin makes of an upstream that says no.

#include <algorithm>
#include <string>

#include "core/check/checks.hpp"
#include "core/check/rehearsal.hpp"
#include "core/check/trail.hpp"

namespace patchbay::check {
namespace {

bool is_one_of(std::int32_t category, std::initializer_list<std::int32_t> categories) {
  return std::find(categories.begin(), categories.end(), category) != categories.end();
}

// Whether nobody would have expected that category for the status.
bool is_odd(int status, std::int32_t category) {
  switch (status) {
    case 401:
      return !is_one_of(category, {PBAY_ERR_AUTH});
    case 403:
      return !is_one_of(category,
                        {PBAY_ERR_FORBIDDEN, PBAY_ERR_AUTH, PBAY_ERR_QUOTA, PBAY_ERR_CONTENT});
    case 429:
      return !is_one_of(category, {PBAY_ERR_RATE_LIMIT, PBAY_ERR_QUOTA, PBAY_ERR_OVERLOADED});
    case 400:
    case 413:
    case 422:
      return is_one_of(category, {PBAY_ERR_UPSTREAM, PBAY_ERR_OVERLOADED, PBAY_ERR_RATE_LIMIT});
    default:
      return status >= 500 &&
             is_one_of(
                 category,
                 {PBAY_ERR_BAD_REQUEST, PBAY_ERR_AUTH, PBAY_ERR_NOT_FOUND, PBAY_ERR_FORBIDDEN});
  }
}

// One request of each mode is enough: what an error body means does not depend on the rest.
std::vector<RequestSample> a_few(const std::vector<RequestSample>& all) {
  std::vector<RequestSample> few;
  for (const RequestSample& request : all) {
    const auto same = [&](const RequestSample& other) { return other.mode == request.mode; };
    if (std::none_of(few.begin(), few.end(), same)) few.push_back(request);
  }
  return few;
}

// Every refusal for the first request, those with the usual body for the others.
bool is_worth_trying(std::size_t request_number, const AnswerSample& answer) {
  return request_number == 0 || answer.name.ends_with("an error object");
}

void judge(Findings& findings,
           const std::string& at,
           const AnswerSample& answer,
           const Outcome& outcome) {
  if (outcome.status >= 0) {
    return findings.fail("an answer of the status " + std::to_string(answer.status) +
                         " ended the call well (" + at + ")");
  }
  if (!outcome.error) {
    return findings.fail(outcome.failed_in + "() returned " + status_name(outcome.status) +
                         " without set_error() (" + at + ")");
  }
  if (outcome.error->message.empty()) findings.fail("the message is empty (" + at + ")");
  const std::int32_t category = outcome.error->category;
  if (category == PBAY_ERR_INTERNAL) {
    findings.fail(
        "the category is PBAY_ERR_INTERNAL, a fault of the plugin or the host, for a "
        "refusal of the upstream (" +
        at + ")");
  } else if (is_odd(answer.status, category)) {
    findings.warn("the category is " + std::string(category_name(category)) + " (" + at + ")");
  }
}

bool holds(const std::string& text, const std::string& secret) {
  return text.find(secret) != text.npos;
}

// What the plugin said to the host and to its log about the last call.
void look_for_secret(Findings& findings, StrictHost& host, const std::string& secret) {
  if (!holds(host.take_said(), secret)) return;
  findings.fail("a secret of the configuration (" + secret.substr(0, 4) +
                "...) is in an error or in a log line, after an upstream had repeated it");
}

}  // namespace

void check_errors(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    if (stage.provider.active() != nullptr) {
      return findings.skip("it does its own work, so there is no upstream to say no");
    }
    std::size_t number = 0;
    for (const RequestSample& request : a_few(stage.requests())) {
      const std::size_t request_number = number++;
      for (const AnswerSample& answer : refusals({})) {
        if (!is_worth_trying(request_number, answer)) continue;
        // Up to three answers, for a plugin may try something else after the first.
        const std::vector<AnswerSample> answers(3, answer);
        const Outcome outcome = play(stage.provider, request, answers);
        if (was_turned_down(outcome)) continue;
        judge(findings, request.name + ", " + answer.name, answer, outcome);
      }
    }
  });
}

void check_secrets(const Subject& subject, Findings& findings) {
  bool any = false;
  rehearse(subject, findings, {.keeps_said = true}, [&](Stage& stage) {
    if (stage.provider.active() != nullptr) return;
    const std::string schema(stage.provider.type().config_schema.ptr == nullptr
                                 ? std::string()
                                 : std::string(stage.provider.type().config_schema.ptr,
                                               stage.provider.type().config_schema.len));
    const auto try_secret = [&](StrictProvider& provider, const std::string& secret) {
      any = true;
      std::size_t number = 0;
      for (const RequestSample& request : a_few(stage.requests())) {
        const std::size_t request_number = number++;
        for (const AnswerSample& answer : refusals(secret)) {
          if (!is_worth_trying(request_number, answer)) continue;
          play(provider, request, {&answer, 1});
          look_for_secret(findings, stage.session.host(), secret);
        }
      }
    };
    for (const std::string& secret : stage.settings.secrets)
      try_secret(stage.provider, secret);
    // And each secret that the schema knows, in a provider of its own; some exclude each other.
    for (const std::string& name : secret_properties(schema)) {
      const std::string secret = "check-" + name + "-0123456789";
      const auto settled =
          apply_schema_to(schema, with_member(stage.settings.json, name, "\"" + secret + "\""));
      if (!settled) continue;
      StrictProvider provider(stage.session, stage.provider.type(), settled->json);
      if (provider.created() < 0 || !provider.has_provider() || provider.describe() < 0) continue;
      if (provider.credentials() != nullptr) exchange_credential(provider, good_credential());
      try_secret(provider, secret);
    }
  });
  if (!any) findings.skip("the schema calls no setting writeOnly, or there is no upstream");
}

}  // namespace patchbay::check
