// The checks of what a plugin makes of answers: recorded ones, and the same cut and damaged.

#include <algorithm>
#include <random>
#include <sstream>
#include <string>

#include "core/check/checks.hpp"
#include "core/check/mutation.hpp"
#include "core/check/recordings.hpp"
#include "core/check/rehearsal.hpp"

namespace patchbay::check {
namespace {

constexpr std::size_t kMutationsEach = 40;
constexpr std::size_t kMostSplits = 4096;

std::string describe(const Exchange& exchange) {
  return exchange.request.name +
         (exchange.answers.empty() ? "" : ", " + exchange.answers.front().name);
}

// The first line in which two texts differ, for people.
std::string difference(const std::string& wanted, const std::string& got) {
  std::size_t at = 0;
  std::size_t line = 1;
  while (at < wanted.size() && at < got.size() && wanted[at] == got[at]) {
    if (wanted[at] == '\n') ++line;
    ++at;
  }
  const auto line_at = [](const std::string& text, std::size_t place) {
    if (place > text.size()) return std::string("(the end)");
    const std::size_t before = place == 0 ? std::string::npos : text.rfind('\n', place - 1);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    const std::string found =
        text.substr(begin, std::min(text.find('\n', place), text.size()) - begin);
    return found.empty() ? std::string("(the end)") : found.substr(0, 300);
  };
  return "line " + std::to_string(line) + ": wanted " + line_at(wanted, at) + ", got " +
         line_at(got, at);
}

// A transcript in which a failure is told by its category and words: the number of the status is
// left out, and an empty text is a dash.
std::string comparable(const std::string& transcript) {
  std::string out;
  std::istringstream lines(transcript);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("FAIL -")) {
      const std::size_t end = line.find(' ', 6);
      line.replace(0, end == line.npos ? line.size() : end, "FAIL");
    }
    for (std::size_t at = line.find("=\"\""); line.starts_with("FAIL") && at != line.npos;
         at = line.find("=\"\"", at)) {
      line.replace(at, 3, "=-");
    }
    out += line + "\n";
  }
  return out;
}

bool is_passive(const Stage& stage, Findings& findings) {
  if (stage.provider.active() == nullptr) return true;
  findings.skip("it does its own work, so there is no answer of an upstream");
  return false;
}

bool wants_bytes(Stage& stage, const Exchange& exchange) {
  const Outcome outcome = play(stage.provider, exchange.request, {});
  return std::any_of(outcome.built.begin(), outcome.built.end(), [](const BuiltRequest& built) {
    return built.framing == PBAY_FRAME_BYTES;
  });
}

}  // namespace

void check_fixtures(const Subject& subject, Findings& findings) {
  if (!subject.fixtures) return findings.skip("no recordings were given with --fixtures");
  const Recordings found = read_recordings(*subject.fixtures);
  for (const std::string& wrong : found.unreadable)
    findings.fail(wrong);
  if (found.recordings.empty()) return findings.skip("the folder holds no recording");
  rehearse(subject, findings, {}, [&](Stage& stage) {
    if (!is_passive(stage, findings)) return;
    std::size_t compared = 0;
    for (const Recording& recording : found.recordings) {
      if (recording.expected.empty()) continue;
      ++compared;
      const std::string wanted = comparable(recording.expected);
      const std::string got =
          comparable(play(stage.provider, recording.request, recording.answers).transcript);
      if (got != wanted) findings.fail(recording.name + ": " + difference(wanted, got));
    }
    if (compared == 0) findings.skip("no recording has an events.txt");
  });
}

void check_batches(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    if (!is_passive(stage, findings)) return;
    for (const Exchange& exchange : stage.exchanges(subject)) {
      const Outcome singly = play(stage.provider, exchange.request, exchange.answers);
      PlayOptions options;
      options.batches = PlayOptions::Batches::kTogether;
      Outcome other = play(stage.provider, exchange.request, exchange.answers, options);
      for (int round = 0; round < 2 && other.transcript == singly.transcript; ++round) {
        options.batches = PlayOptions::Batches::kRandom;
        options.seed = subject.seed + static_cast<std::uint64_t>(round);
        other = play(stage.provider, exchange.request, exchange.answers, options);
      }
      if (other.transcript != singly.transcript) {
        findings.fail("frames one by one and several at once give different events (" +
                      describe(exchange) + "), " + difference(singly.transcript, other.transcript));
      }
    }
  });
}

void check_splits(const Subject& subject, Findings& findings) {
  bool any = false;
  rehearse(subject, findings, {}, [&](Stage& stage) {
    for (const Exchange& exchange : stage.good_exchanges(subject)) {
      if (exchange.answers.empty() || !wants_bytes(stage, exchange)) continue;
      any = true;
      const std::string whole = play(stage.provider, exchange.request, exchange.answers).joined;
      const std::size_t length = std::min(exchange.answers.front().body.size(), kMostSplits);
      for (std::size_t cut = 1; cut < length; ++cut) {
        PlayOptions options;
        options.cut = cut;
        const std::string parts =
            play(stage.provider, exchange.request, exchange.answers, options).joined;
        if (parts == whole) continue;
        findings.fail("cut at byte " + std::to_string(cut) + ", the answer gives other events (" +
                      describe(exchange) + "), " + difference(whole, parts));
        break;
      }
    }
  });
  if (!any) findings.skip("no request asks for PBAY_FRAME_BYTES");
}

void check_junk_frames(const Subject& subject, Findings& findings) {
  rehearse(subject, findings, {}, [&](Stage& stage) {
    if (!is_passive(stage, findings)) return;
    const std::vector<Exchange> exchanges = stage.good_exchanges(subject);
    Breaches& breaches = stage.session.host().breaches();
    // What is wrong with undamaged answers already is for call.events to say.
    bool sound = true;
    for (const Exchange& exchange : stage.exchanges(subject)) {
      sound = play(stage.provider, exchange.request, exchange.answers).missing.empty() && sound;
    }
    sound = sound && !breaches.any(Rule::kEvents);
    std::mt19937_64 random(subject.seed);
    std::size_t number = 0;
    for (const Exchange& exchange : exchanges) {
      if (exchange.answers.empty()) continue;
      for (std::size_t i = 0; i < kMutationsEach; ++i) {
        std::vector<AnswerSample> damaged = exchange.answers;
        AnswerSample& answer = damaged[random() % damaged.size()];
        answer.body = mutate(answer.body, random);
        answer.name = "damaged answer number " + std::to_string(++number);
        PlayOptions options;
        options.batches = PlayOptions::Batches::kRandom;
        options.seed = random();
        const Outcome outcome = play(stage.provider, exchange.request, damaged, options);
        if (sound && !outcome.missing.empty()) {
          findings.fail(outcome.missing + " (" + exchange.request.name + ", " + answer.name + ")");
        }
      }
    }
    if (sound) breaches.report(Rule::kEvents, findings);
  });
}

}  // namespace patchbay::check
