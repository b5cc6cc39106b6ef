// The checks that put the plugin under other hosts than today's.

#include <array>
#include <string>
#include <vector>

#include "core/check/checks.hpp"
#include "core/check/rehearsal.hpp"
#include "core/check/trail.hpp"

namespace patchbay::check {
namespace {

using Age = HostOptions::Age;

// Every good exchange once. Enough to have every function called with every struct.
void play_all(const Subject& subject, Stage& stage) {
  for (const Exchange& exchange : stage.good_exchanges(subject))
    play(stage.provider, exchange.request, exchange.answers);
}

// A plugin that works under today's host has to work under that one too, and to keep within the
// structs it is given.
void compare_hosts(const Subject& subject, Findings& findings, Age age) {
  const auto nothing = [](Stage&) {};
  const std::vector<std::string> today = try_to_rehearse(subject, {}, true, nothing);
  for (const std::string& why : today)
    findings.skip(why);
  if (!today.empty()) return;
  const auto work = [&](Stage& stage) {
    play_all(subject, stage);
    stage.session.host().breaches().report(Rule::kBounds, findings);
  };
  for (const std::string& why : try_to_rehearse(subject, {.age = age}, false, work))
    findings.fail("it works under a host of this version, and not under that one: " + why);
}

constexpr std::array kUnknownIds{
    "org.example.unknown/1", "patchbay.host.unknown/1", "", "patchbay.provider.active/2", "x"};

RequestSample unknown_request(pbay_mode mode, const char* dialect, std::uint32_t flags) {
  RequestSample request;
  request.name = "mode " + std::to_string(mode) + ", dialect \"" + dialect + "\"";
  request.mode = mode;
  request.dialect = dialect;
  request.flags = flags;
  request.model = "check-model";
  request.body = R"({"model":"check-model","something":[1,2,3]})";
  return request;
}

}  // namespace

void check_oldest_host(const Subject& subject, Findings& findings) {
  compare_hosts(subject, findings, Age::kOldest);
}

void check_newer_host(const Subject& subject, Findings& findings) {
  compare_hosts(subject, findings, Age::kNewer);
}

void check_unknown(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    for (const char* id : kUnknownIds) {
      Trail::doing(std::string("get_extension(\"") + id + "\")");
      if (stage.provider.extension(id) != nullptr) {
        findings.fail(std::string("get_extension(\"") + id + "\") gave a table");
      }
    }
    const AnswerSample answer{"a good answer", 200, {{"content-type", "application/json"}}, "{}"};
    for (const pbay_mode mode : {0, 9, 31, 63, 64, 1000, -5}) {
      play(stage.provider, unknown_request(mode, "org.example.unknown/1", 0), {&answer, 1});
    }
    for (const Operation& operation : stage.provider.operations()) {
      for (const char* dialect : {"", "/", "org.example.unknown/7"}) {
        play(stage.provider, unknown_request(operation.mode, dialect, 0), {&answer, 1});
      }
      // Flags that nobody has named yet change nothing for a plugin that does not know them.
      for (RequestSample& request : requests_for(
               operation.mode, operation.dialect, stage.provider.model_for(operation.mode))) {
        const Outcome plain = play(stage.provider, request, {});
        request.flags |= 1U << 24;
        const Outcome flagged = play(stage.provider, request, {});
        if ((plain.status < 0) != (flagged.status < 0)) {
          findings.fail(
              "an unknown flag in pbay_request.flags decides whether a request is taken: " +
              request.name);
        }
      }
    }
  });
}

void check_host_use(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    play_all(subject, stage);
    stage.session.host().breaches().report(Rule::kHostUse, findings);
    stage.session.host().breaches().report(Rule::kErrors, findings);
  });
}

}  // namespace patchbay::check
